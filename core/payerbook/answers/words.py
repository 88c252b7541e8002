"""Parts of answers as people read them: limits, and how an authorization is got."""

from __future__ import annotations

from payerbook.answers.questions import LimitAnswer, PermissionAnswer

_BEYOND = {"authorization": "more needs authorization", "not-covered": "more is not paid", "review": "more is reviewed"}

_THEN = {"authorization": "authorization", "not-covered": "on conditions", "review": "review"}


def limit(one: LimitAnswer) -> str:
    """A limit as a sentence: how many, shared by whom, what happens beyond."""
    shared = f", shared by {', '.join(one.shared_by)}" if len(one.shared_by) > 1 else f", {one.shared_by[0]}" if one.shared_by else ""
    beyond = "more is paid on conditions only" if one.beyond == "not-covered" and not one.hard else _BEYOND[one.beyond]
    return f"{_amount(one)} per {one.per.replace('-', ' ')}{shared}; {beyond}. {one.note or ''}".rstrip()


def short_limit(one: LimitAnswer) -> str:
    """A limit as a few words: how many, and what is asked for more; without that, more is not paid."""
    shared = f" ({'+'.join(one.shared_by)})" if one.shared_by and len(one.shared_by) <= 3 else ""
    then = "" if one.hard else f", then {_THEN[one.beyond]}"
    return f"{_amount(one)} per {one.per.replace('-', ' ')}{shared}{then}"


def _amount(one: LimitAnswer) -> str:
    if one.counts == "dollars":
        return f"${one.limit:,.2f}"
    counts = one.counts.replace("-", " ")
    return f"{one.limit} {counts[:-1] if one.limit == 1 else counts}"


def permission(found: PermissionAnswer) -> dict[str, str]:
    """How an authorization is got, by the name of each point; what the rule does not say is left out."""
    said = {
        "From visit": found.from_visit,
        "Exempt": ", ".join(found.exempt),
        "Holds for": ", ".join(_counted(found.valid_days, "day") + _counted(found.valid_visits, "visit")),
        "Ask by": found.request_by,
        "May be asked for afterwards": "".join(f"within {days}" for days in _counted(found.retroactive_days, "day")),
        "Exceptions": "; ".join(found.exceptions),
        "Send": ", ".join(found.send),
        "Form": found.form,
        "Where": found.where,
        "Judged by": found.criteria,
    }
    return {name: str(value) for name, value in said.items() if value not in (None, "")}


def _counted(count: int | None, what: str) -> list[str]:
    """`365 days`, `1 visit`; nothing when no number is on file."""
    return [] if count is None else [f"{count} {what}{'' if count == 1 else 's'}"]


def short_permission(found: PermissionAnswer) -> str:
    """Whether authorization is needed, in a few words."""
    if found.from_visit is not None and found.from_visit > 1 and found.needed != "no-auth":
        return f"needed from visit {found.from_visit}"
    words = {"no-auth": "not needed", "auth-needed": "needed", "conditional": "depends on the service", "indeterminate": "not known"}
    return words.get(found.needed, found.needed)
