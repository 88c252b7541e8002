"""The `methods` pack: templates that rules of other packs take their kind, settings and texts from."""

from __future__ import annotations

from pathlib import Path

from payerbook.hookspecs import hookimpl
from payerbook_plugins import policies


@hookimpl
def payerbook_policies() -> list[Path]:
    return [policies() / "methods"]
