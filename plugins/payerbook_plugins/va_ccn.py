"""The pack of the community care network of Veterans Affairs."""

from __future__ import annotations

from pathlib import Path

from payerbook.hookspecs import hookimpl
from payerbook_plugins import policies


@hookimpl
def payerbook_policies() -> list[Path]:
    return [policies() / "va-ccn"]
