"""The rules of Riverside Health Plan, a payer that does not exist, as an example of a pack made outside payerbook."""

from __future__ import annotations

from pathlib import Path

from payerbook.hookspecs import hookimpl


@hookimpl
def payerbook_policies() -> list[Path]:
    return [Path(__file__).parent / "policies"]
