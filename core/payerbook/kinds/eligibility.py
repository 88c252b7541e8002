"""What the answer to an eligibility inquiry says: coverage active on the days, a managed-care plan, another provider's open episode.

Another provider's episode (home health, a stay in a skilled nursing facility, hospice) means that its own claim covers the therapy.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from payerbook.claim import Eligibility
from payerbook.kinds.base import NOT_APPLICABLE, Case, Check, Fix, Hit, Kind, Params, Result, Tables, join


class EligibilityGate(Params, frozen=True):
    question: Annotated[
        Literal["active", "managed-care", "open-episode"],
        Meta(description="active = coverage on the days billed; managed-care = a plan pays instead; open-episode = another provider does."),
    ]
    episodes: Annotated[tuple[str, ...], Meta(description="Words of eligibility.other_open_episodes that count (open-episode).")] = ()
    own_bill_types: Annotated[
        tuple[str, ...], Meta(description="First two digits of bill types of the provider whose episode it is; its claims are exempt.")
    ] = ()
    resolved_by: Annotated[tuple[str, ...], Meta(description="Modifiers that say a line has nothing to do with the episode.")] = ()


_NEEDS = {
    "active": "context.eligibility.active",
    "managed-care": "context.eligibility.managed_care",
    "open-episode": "context.eligibility.other_open_episodes",
}
_NOBODY = Eligibility()


def bind(params: EligibilityGate, tables: Tables) -> Check:
    unknown: Result = [Hit("unknown", None, f"{params.question}-unknown", needs=(_NEEDS[params.question],))]
    judge = {"active": _active, "managed-care": _managed_care}.get(params.question)

    def check(case: Case, indexes: tuple[int, ...]) -> Result:
        claim = case.claim
        if params.own_bill_types and claim.bill_type and claim.bill_type.lstrip("0").startswith(params.own_bill_types):
            return NOT_APPLICABLE
        found = claim.context.eligibility if claim.context is not None else None
        eligibility = found or _NOBODY
        hits = judge(case, eligibility) if judge is not None else _open_episode(params, case, indexes, eligibility)
        return unknown if hits is None else hits or None

    return check


def _active(case: Case, eligibility: Eligibility) -> list[Hit] | None:
    """Hits, or None when nothing is known."""
    first, last = case.span
    if eligibility.active is False:
        key = "inactive"
    elif eligibility.from_ is not None and first < eligibility.from_:
        key = "before"
    elif eligibility.to is not None and last > eligibility.to:
        key = "after"
    else:
        return None if eligibility.active is None else []
    days = {"from": eligibility.from_, "to": eligibility.to, "first": first, "last": last}
    fix = Fix("verify", None, None, "ask", "ask for the patient's coverage on the days of service")
    return [Hit("fail", None, key, days, fixes=(fix,))]


def _managed_care(case: Case, eligibility: Eligibility) -> list[Hit] | None:
    """Hits, or None when nothing is known."""
    if eligibility.managed_care is None:
        return None
    fix = Fix("verify", None, None, "ask", "bill the plan the patient is enrolled in")
    return [Hit("fail", None, "managed-care", fixes=(fix,))] if eligibility.managed_care else []


def _open_episode(params: EligibilityGate, case: Case, indexes: tuple[int, ...], eligibility: Eligibility) -> list[Hit] | None:
    """Hits, or None when nothing is known."""
    listed = eligibility.other_open_episodes
    if not listed:
        return None if listed is None else []
    met = [episode for episode in params.episodes if episode in listed]
    if not met:
        return []
    facts = {"episode": join(met, "and").replace("-", " ")}
    if not params.resolved_by:
        fix = Fix("verify", None, None, "ask", "settle with the provider of the episode who bills the therapy")
        return [Hit("fail", None, "open-episode", facts, fixes=(fix,))]
    hits: list[Hit] = []
    for index in indexes:
        of_line = {**facts, "code": case.lines[index].code}
        if not set(params.resolved_by).isdisjoint(case.lines[index].modifiers):
            hits.append(Hit("resolved", index, "unrelated", of_line, field="modifiers"))
            continue
        fix = Fix("add-modifier", index, params.resolved_by[0], "ask", "only if the service has nothing to do with the episode")
        hits.append(Hit("fail", index, "open-episode-line", of_line, field="modifiers", fixes=(fix,)))
    return hits


def sentence(params: EligibilityGate) -> str:
    if params.question == "active":
        return "Coverage is active on every day of service."
    if params.question == "managed-care":
        return "A patient who is enrolled in a managed-care plan is billed to the plan."
    unless = f", unless a line carries {join(params.resolved_by)}" if params.resolved_by else ""
    own = f" Claims with bill type {join(f'{prefix}x' for prefix in params.own_bill_types)} are exempt." if params.own_bill_types else ""
    words = join(episode.replace("-", " ") for episode in params.episodes)
    return f"While another provider's episode is open ({words}), it bills the therapy{unless}.{own}"


KIND = Kind(
    name="eligibility",
    title="Eligibility",
    about="Coverage that is not active, a managed-care plan that pays instead, or another provider's open episode that covers the service.",
    params=EligibilityGate,
    evidence=("record",),
    bind=bind,
    sentence=sentence,
    parts=("eligibility",),
    whole_claim=True,
    messages={
        "inactive": "Coverage is not active on the days of service.",
        "before": "Coverage begins on {from}; the claim has services from {first} on.",
        "after": "Coverage ended on {to}; the claim has services up to {last}.",
        "managed-care": "The patient is enrolled in a managed-care plan; it pays instead of this payer.",
        "open-episode": "The patient has an open episode with another provider ({episode}); its claim covers the therapy.",
        "open-episode-line": "The patient has an open episode with another provider ({episode}); {code} does not say that it is unrelated.",
        "unrelated": "{code} is marked as unrelated to the patient's open episode ({episode}).",
        "active-unknown": "Whether coverage is active on the days of service is not known.",
        "managed-care-unknown": "Whether the patient is enrolled in a managed-care plan is not known.",
        "open-episode-unknown": "Whether another provider has an open episode ({episodes}) is not known.",
    },
)
