"""The document of the HTTP API, judged by openapi-spec-validator."""

from __future__ import annotations

import json

from openapi_spec_validator import OpenAPIV31SpecValidator

from payerbook.cli import openapi


def test_the_document_is_openapi() -> None:
    document = json.loads(openapi.document())
    assert [error.message for error in OpenAPIV31SpecValidator(document).iter_errors()] == []
    broken = {**document, "info": {}}
    assert list(OpenAPIV31SpecValidator(broken).iter_errors())
