"""Which therapy discipline a line belongs to, as its modifier says: GP, GO or GN."""

from __future__ import annotations

from functools import lru_cache

from payerbook.claim import Discipline
from payerbook.kinds.base import Case

BY_MODIFIER: dict[str, Discipline] = {"GP": "PT", "GO": "OT", "GN": "SLP"}
BY_CODE: dict[str, Discipline] = {
    **dict.fromkeys(("97161", "97162", "97163", "97164"), "PT"),
    **dict.fromkeys(("97165", "97166", "97167", "97168"), "OT"),
    **dict.fromkeys(("92507", "92508", "92521", "92522", "92523", "92524", "92597", "92607", "92608", "92609"), "SLP"),
}
"""Codes that one discipline alone bills, whatever modifier they carry."""
BY_DISCIPLINE: dict[Discipline, str] = {discipline: modifier for modifier, discipline in BY_MODIFIER.items()}


def of_service(code: str, modifiers: tuple[str, ...]) -> Discipline | None:
    """The discipline that the modifiers name, else that of a code that only one discipline bills."""
    return of(modifiers) or BY_CODE.get(code)


@lru_cache(maxsize=4096)
def of(modifiers: tuple[str, ...]) -> Discipline | None:
    """The one discipline that the modifiers name; None when they name none or several."""
    named = {BY_MODIFIER[modifier] for modifier in modifiers if modifier in BY_MODIFIER}
    return named.pop() if len(named) == 1 else None


def only(case: Case) -> Discipline | None:
    """The discipline of all lines of a claim whose lines carry the same modifiers, as most do; None for any other claim."""
    try:
        found: Discipline | None = case.shared[only]
    except KeyError:
        found = case.shared[only] = _only(case)
    return found


def _only(case: Case) -> Discipline | None:
    modifiers = case.lines[0].modifiers
    for line in case.lines:
        if line.modifiers != modifiers:
            return None
    return of(modifiers)


def taxonomy(code: str | None) -> Discipline | None:
    """The discipline of a provider taxonomy code (NUCC): physical, occupational or speech therapist; None for anybody else."""
    if code is None:
        return None
    return "PT" if code.startswith("2251") else "OT" if code.startswith("225X") else "SLP" if code.startswith("235Z") else None
