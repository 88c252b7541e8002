"""Answers where there is no rule: a payer that is not on file, a rule that a pack leaves out."""

from __future__ import annotations

from datetime import date
from typing import Any

from payerbook.engine.bound import Bound
from payerbook.kinds.base import NOT_APPLICABLE, Case, Hit, Kind, OutcomeName, Params, Result
from payerbook.policy import Pack, Rule, Source, Version


def _never(case: Case, indexes: tuple[int, ...]) -> Result:
    return NOT_APPLICABLE


_KIND: Kind[Any] = Kind(
    name="payer-on-file",
    title="Payer on file",
    about="Whether there is a pack for the payer of the claim.",
    params=Params,
    bind=lambda params, tables: _never,
    sentence=lambda params: "There is a pack for the payer of the claim.",
    messages={"payer-not-on-file": "This payer is not on file, so only checks of claim form were made. {hint}"},
)
_VERSION = Version(start=date.min, effect="return", sources=(Source(title="Packs on file", publisher="payerbook", grade="A"),))
RULE = Rule(
    id="payerbook.payer-on-file",
    kind="payer-on-file",
    title="Payer on file",
    topic="claim-form",
    category="claim-form",
    evidence="claim",
    versions=(_VERSION,),
)
_BOUND = Bound(RULE, _VERSION, _KIND, None, _never, 365)


def payer(sent: str | None, nearest: tuple[str, ...]) -> tuple[Bound, Hit]:
    """The hit for a payer text that no pack answers to; `nearest` are pack ids that look like it."""
    hint = f"Nearest: {', '.join(nearest)}." if nearest else "`payerbook packs` lists the payers on file."
    outcome: OutcomeName = "not-on-file" if sent else "unknown"
    return _BOUND, Hit(
        outcome, None, "payer-not-on-file", {"hint": hint, "nearest": nearest}, needs=() if sent else ("payer",), field="payer"
    )


def absent(pack: Pack, id: str) -> str | None:
    """Why a pack does not check a rule of that id, where the pack says it; else None."""
    for gone in pack.head.skipped:
        if gone.rule.rpartition(".")[2] == id.rpartition(".")[2]:
            return f"There is no rule {id}: {pack.head.id} leaves out {gone.rule}: {gone.why}"
    if any(template.id == id for template in pack.templates):
        return f"{id} is a template: rules of payers take from it, and it is never checked itself."
    return None
