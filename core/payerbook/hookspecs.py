"""The five hooks of payerbook: all that a plugin can add. Entry-point group and pluggy project name: `payerbook`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pluggy

if TYPE_CHECKING:
    from payerbook.claim import Claim, Context
    from payerbook.kinds.base import Kind

hookspec = pluggy.HookspecMarker("payerbook")
hookimpl = pluggy.HookimplMarker("payerbook")


class Hooks:
    """Specifications. Every hook may be implemented by any number of plugins; the results are joined."""

    @hookspec
    def payerbook_policies(self) -> Iterable[Path]:  # type: ignore[empty-body]
        """Folders of packs (each `pack.yaml` below them is one). Given by every plugin with policies."""

    @hookspec
    def payerbook_kinds(self) -> Iterable[Kind[Any]]:  # type: ignore[empty-body]
        """Rule kinds in Python, for packs with logic that no bundled kind has. Two kinds of one name are an error."""

    @hookspec
    def payerbook_formats(self) -> Iterable[tuple[str, Any]]:  # type: ignore[empty-body]
        """(name, reader) pairs; a reader is `read(stream, name)` as in `payerbook.formats.base`. Chosen by `check --from NAME`."""

    @hookspec
    def payerbook_facts(self, claims: Sequence[Claim]) -> Iterable[Context | None]:  # type: ignore[empty-body]
        """What a host system knows of a batch (visits used, authorizations, eligibility), one context a claim, in the same
        order. Merged into `context` before the check; what the claim says itself wins."""

    @hookspec
    def payerbook_datasets(self) -> Iterable[Path]:  # type: ignore[empty-body]
        """Folders of dated tables (each `manifest.yaml` below them is one)."""
