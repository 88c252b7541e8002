"""The part of a service that a therapist assistant gave, against the assistant modifiers on its lines.

Pub. 100-04, chapter 5, section 20.1, with 42 CFR 410.59(a)(4) and 410.60(a)(4). Each person's own whole 15-minute blocks come
first, then the unit that is left over is decided. Minutes given together count as the therapist's.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Annotated, Any, Literal, NamedTuple

import msgspec
from msgspec import Meta

from payerbook.claim import Discipline
from payerbook.kinds import disciplines
from payerbook.kinds.base import NOT_APPLICABLE, Case, Check, Fix, Hit, Kind, Params, Result, Tables, join
from payerbook.units import Minutes

BLOCK = 15
HALF = 8
"""Minutes from which a 15-minute unit is earned by one code alone."""


class AssistantShare(Params, frozen=True):
    modifiers: Annotated[dict[Discipline, str], Meta(description="The assistant modifier of each discipline that has one.")]
    counts: Annotated[
        Literal["units", "service", "never"],
        Meta(
            description="units = each 15-minute unit is judged; service = the service as a whole; never = assistants may not give these services."
        ),
    ] = "units"
    method: Annotated[
        Literal["percentage", "simple"],
        Meta(
            description="percentage = the assistant's share, rounded, is 11 percent or more; "
            "simple = the assistant gave at least a tenth of the minutes, rounded, plus one minute."
        ),
    ] = "percentage"
    therapist_minutes: Annotated[
        int | None, Meta(description="Minutes of the last unit that free it of the modifier when the therapist alone gave them.")
    ] = None
    pair_minutes: Annotated[
        int | None,
        Meta(description="When two units are left over and each person gave at least so many minutes, one of the two is marked."),
    ] = None
    exempt_bill_types: Annotated[tuple[str, ...], Meta(description="Starts of bill types that need no assistant modifier.")] = ()


class _Group(NamedTuple):
    """The lines of one code, day and discipline, and what they add up to."""

    day: date
    code: str
    discipline: Discipline | None
    places: tuple[int, ...]
    marked: tuple[int, ...]
    units: Minutes
    units_marked: Minutes
    assistant: Minutes
    minutes: Minutes | None


def bind(params: AssistantShare, tables: Tables) -> Check:
    marks = frozenset(params.modifiers.values())

    def check(case: Case, indexes: tuple[int, ...]) -> Result:
        lines = case.lines
        for index in indexes:
            line = lines[index]
            minutes = line.assistant_minutes
            if minutes is None or minutes or not marks.isdisjoint(line.modifiers):
                return _look(case, indexes, params, marks)
        return None

    return check


def _look(case: Case, indexes: tuple[int, ...], params: AssistantShare, marks: frozenset[str]) -> Result:
    lines = case.lines
    asked: list[int] = []
    missing: list[int] = []
    told = False
    for index in indexes:
        line = lines[index]
        discipline = disciplines.of(line.modifiers)
        if discipline is not None and discipline not in params.modifiers:
            continue
        asked.append(index)
        if line.assistant_minutes is None:
            missing.append(index)
        elif line.assistant_minutes or not marks.isdisjoint(line.modifiers):
            told = True
    if not asked or _exempt(case, params):
        return NOT_APPLICABLE
    if missing and not told:
        return _unsaid(tuple(missing), tuple(dict.fromkeys(lines[index].code for index in missing)))
    return _found(case, asked, missing, params, marks) if told else None


def _exempt(case: Case, params: AssistantShare) -> bool:
    bill_type = case.claim.bill_type
    return bill_type is not None and bill_type.lstrip("0").startswith(params.exempt_bill_types or ("-",))


@lru_cache(maxsize=4096)
def _unsaid(missing: tuple[int, ...], codes: tuple[str, ...]) -> list[Hit]:
    """One answer for all lines that do not say what an assistant did: the same for every claim with the same codes there."""
    needs = tuple(f"lines[{index}].assistant_minutes" for index in missing)
    return [Hit("unknown", missing[0], "unsaid", {"codes": list(codes)}, needs=needs)]


def _found(case: Case, asked: list[int], missing: list[int], params: AssistantShare, marks: frozenset[str]) -> Result:
    hits: list[Hit] = []
    open_lines: list[int] = []
    for group in _groups(case, asked, marks):
        unsaid = [index for index in group.places if index in missing]
        if unsaid:
            open_lines += unsaid
        elif group.assistant or group.marked:
            hit = _never(case, group) if params.counts == "never" else _judge(case, group, params)
            hits += [hit] if hit is not None else []
    if open_lines:
        hits += _unsaid(tuple(open_lines), tuple(dict.fromkeys(case.lines[index].code for index in open_lines)))
    return hits or None


def _groups(case: Case, asked: list[int], marks: frozenset[str]) -> list[_Group]:
    places: dict[tuple[date, str, Discipline | None], list[int]] = {}
    for index in asked:
        line = case.lines[index]
        places.setdefault((line.service_date, line.code, disciplines.of(line.modifiers)), []).append(index)
    made = []
    for (day, code, discipline), group in places.items():
        lines = [case.lines[index] for index in group]
        marked = [index for index in group if not marks.isdisjoint(case.lines[index].modifiers)]
        minutes: Minutes | None = 0
        for line in lines:
            minutes = None if minutes is None or line.minutes is None else minutes + line.minutes
        made.append(
            _Group(
                day,
                code,
                discipline,
                tuple(group),
                tuple(marked),
                sum(line.units for line in lines),
                sum(case.lines[index].units for index in marked),
                sum(line.assistant_minutes or 0 for line in lines),
                minutes,
            )
        )
    return made


def _never(case: Case, group: _Group) -> Hit | None:
    if not group.assistant:
        return None
    fix = Fix("verify", group.places[0], None, "ask", "count the therapist's own work only; the assistant's part is not billed")
    facts = {"code": group.code, "date": group.day, "assistant": group.assistant}
    return Hit("fail", group.places[0], "never", facts, field="assistant_minutes", fixes=(fix,))


def _judge(case: Case, group: _Group, params: AssistantShare) -> Hit | None:
    if group.minutes is None and group.assistant:
        needs = tuple(f"lines[{index}].minutes" for index in group.places if case.lines[index].minutes is None)
        return Hit("unknown", group.places[0], "minutes", {"code": group.code, "assistant": group.assistant}, needs=needs)
    total = group.minutes or 0
    units = int(group.units)
    if units != group.units or group.assistant > total > 0:
        return None  # other rules say so: nothing can be shared out
    fewest, most = expected(total, group.assistant, units, params)
    if fewest <= group.units_marked <= most:
        return None
    return _hit(case, group, fewest if group.units_marked < fewest else most, params)


def expected(total: Minutes, assistant: Minutes, units: int, params: AssistantShare) -> tuple[int, int]:
    """The fewest and the most units that rightly carry the modifier, of `units` billed for `total` minutes.

    The two differ where the rule leaves a choice: fewer units billed than whole blocks done, or a unit filled up with minutes
    of another code.
    """
    if not assistant or not units:
        return 0, 0
    if assistant == total:
        return units, units
    if params.counts == "service":
        marked = units if _above(assistant, total, params.method) else 0
        return marked, marked
    therapist = total - assistant
    own, others = int(assistant // BLOCK), int(therapist // BLOCK)
    mine, theirs = assistant % BLOCK, therapist % BLOCK
    left = units - own - others
    if left < 0:
        return max(0, units - others), min(units, own)
    if left == 0 or not mine:
        return own, own
    if left == 1 and mine + theirs >= HALF:
        free = params.therapist_minutes is not None and theirs >= params.therapist_minutes
        last = 0 if free or not _above(mine, mine + theirs, params.method) else 1
        return own + last, own + last
    if left == 2 and params.pair_minutes is not None and min(mine, theirs) >= params.pair_minutes:
        return own + 1, own + 1
    return own, own + left


def _above(assistant: Minutes, total: Minutes, method: str) -> bool:
    """Whether the assistant's minutes are more than a tenth, as the method counts it; halves round up."""
    if method == "simple":
        return assistant >= int((total + 5) // 10) + 1
    return int((assistant * 200 + total) // (2 * total)) >= 11


def _hit(case: Case, group: _Group, right: int, params: AssistantShare) -> Hit:
    # Who gave the whole of a service, or none of it, is plain; how a share is worked out is not, so that is said as a review.
    shared = 0 < group.assistant < (group.minutes or 0)
    hit = _found_wrong(case, group, right, params)
    return msgspec.structs.replace(hit, cap="review") if shared else hit


def _found_wrong(case: Case, group: _Group, right: int, params: AssistantShare) -> Hit:
    modifier = params.modifiers[group.discipline] if group.discipline is not None else None
    held = next((own for index in group.marked for own in case.lines[index].modifiers if own in params.modifiers.values()), None)
    name = modifier or held or join(params.modifiers.values())
    facts: dict[str, Any] = {
        "code": group.code,
        "date": group.day,
        "minutes": 0 if group.minutes is None else group.minutes,
        "assistant": group.assistant,
        "units": group.units,
        "marked": group.units_marked,
        "right": right,
        "without": group.units - right,
        "modifier": name,
    }
    place = group.places[0]
    why = "if the minutes of assistant and therapist are those of the treatment note"
    fixes: tuple[Fix, ...]
    if right == group.units:
        place = next(index for index in group.places if index not in group.marked)
        rest = [index for index in group.places if index not in group.marked]
        fixes = tuple(Fix("add-modifier", index, modifier, "ask", why) for index in rest) if modifier else ()
        return Hit("fail", place, "lacks", facts, field="modifiers", fixes=fixes)
    if right == 0:
        fixes = tuple(
            Fix("remove-modifier", index, own, "ask", why)
            for index in group.marked
            for own in case.lines[index].modifiers
            if own in params.modifiers.values()
        )
        key = "none" if not group.assistant else "few"
        return Hit("fail", group.marked[0], key, facts, field="modifiers", fixes=fixes)
    theirs = [index for index in group.places if case.lines[index].assistant_minutes]
    if len(theirs) < len(group.places) and sum(case.lines[index].units for index in theirs) == right:
        place = next(index for index in group.places if (index in theirs) != (index in group.marked))
        fixes = tuple(Fix("add-modifier", index, modifier, "ask", why) for index in theirs if modifier and index not in group.marked)
        fixes += tuple(Fix("remove-modifier", index, name, "ask", why) for index in group.marked if index not in theirs)
    elif group.marked and len(group.marked) < len(group.places):
        plain = next(index for index in group.places if index not in group.marked)
        shares = ((group.marked[0], right), (plain, int(group.units) - right))
        fixes = tuple(Fix("change-units", index, str(units), "ask", why) for index, units in shares)
    else:
        fixes = (Fix("split-line", place, f"{right} with {name}, {facts['without']} without", "ask", why),)
    return Hit("fail", place, "split", facts, field="modifiers", fixes=fixes)


def sentence(params: AssistantShare) -> str:
    if params.counts == "never":
        return "Assistants may not give any part of these services."
    what = "a 15-minute unit" if params.counts == "units" else "the service"
    share = (
        "more than 10 percent of the minutes (11 percent after rounding)"
        if params.method == "percentage"
        else "at least a tenth of the minutes, rounded, plus one minute"
    )
    text = f"{join(params.modifiers.values())} stands on {what} of which an assistant, apart from the therapist, gave {share}"
    if params.therapist_minutes is not None:
        text += f"; the last unit carries none when the therapist alone gave {params.therapist_minutes} minutes of it"
    if params.pair_minutes is not None:
        text += f"; of two last units to which each gave at least {params.pair_minutes} minutes, one carries it"
    return text + "."


KIND = Kind(
    name="assistant-share",
    title="Assistant share",
    about="The minutes that a therapist assistant gave, against the assistant modifiers on the lines of a code and day.",
    params=AssistantShare,
    evidence=("chart",),
    bind=bind,
    sentence=sentence,
    messages={
        "lacks": "{code} on {date}: an assistant gave {assistant} of {minutes} minutes, so {modifier} belongs on every unit ({units}); it stands on {marked}.",
        "none": "{code} on {date} carries {modifier}, but no minutes of an assistant are recorded.",
        "few": "{code} on {date} carries {modifier}, but the assistant's {assistant} of {minutes} minutes are too few for it.",
        "split": "{code} on {date}: an assistant gave {assistant} of {minutes} minutes, so {modifier} belongs on {right} of {units} units; it stands on {marked}.",
        "never": "{code} on {date}: an assistant gave {assistant} minutes of it; assistants may not give this service.",
        "minutes": "An assistant gave {assistant} minutes of {code}; its total minutes are needed to tell how many units carry the modifier.",
        "unsaid": "Whether an assistant gave part of {codes} is not said, so the assistant modifiers cannot be checked.",
    },
)
