"""A modifier that says whether the patient signed a notice of non-coverage before the service, against the record."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from payerbook.claim import Abn, Line
from payerbook.kinds import chart
from payerbook.kinds.base import NOT_APPLICABLE, Case, Check, Fix, Hit, Kind, Params, Result, Tables, join

PATH = "context.documentation.abn"


class Notice(Params, frozen=True):
    signed: Annotated[tuple[str, ...], Meta(description="Modifiers that say a notice was signed before the service.")]
    unsigned: Annotated[tuple[str, ...], Meta(description="Modifiers that say there is none.")] = ()
    void_kinds: Annotated[tuple[str, ...], Meta(description="Kinds of notice (`documentation.abn.kind`) that do not count.")] = ()


def bind(params: Notice, tables: Tables) -> Check:
    signed, unsigned = frozenset(params.signed), frozenset(params.unsigned)

    def check(case: Case, indexes: tuple[int, ...]) -> Result:
        hits: list[Hit] = []
        met = False
        record = chart.of(case)
        notice = record.documentation.abn if record is not None else None
        none = record is not None and record.missing("abn")
        for index in indexes:
            line = case.lines[index]
            yes = [modifier for modifier in line.modifiers if modifier in signed]
            no = [modifier for modifier in line.modifiers if modifier in unsigned]
            if bool(yes) == bool(no):
                continue  # neither, or both, which another rule says
            met = True
            hit = (
                _signed(index, line, notice, none, yes[0], params.void_kinds)
                if yes
                else _unsigned(index, line, notice, none, no[0], params.signed)
            )
            if hit is not None:
                hits.append(hit)
        return hits or (None if met else NOT_APPLICABLE)

    return check


def _signed(index: int, line: Line, notice: Abn | None, none: bool, held: str, void_kinds: tuple[str, ...]) -> Hit | None:
    facts = {"code": line.code, "date": line.service_date, "held": held}
    fix = Fix("replace-modifier", index, f"{held}=GZ", "ask", "if no notice was signed before the service")
    if notice is None:
        if none:
            return Hit("fail", index, "lacks", facts, field="modifiers", fixes=(fix,))
        return Hit("unknown", index, "unsaid", facts, needs=(PATH,), field="modifiers")
    if notice.kind in void_kinds:
        return Hit("fail", index, "void", {**facts, "kind": notice.kind}, field="modifiers", fixes=(fix,))
    if notice.codes is not None and line.code not in notice.codes:
        return Hit("fail", index, "other", facts, field="modifiers", fixes=(fix,))
    if notice.signed_on is None:
        return Hit("unknown", index, "unsigned", facts, needs=(f"{PATH}.signed_on",), field="modifiers")
    if notice.signed_on > line.service_date:
        return Hit("fail", index, "late", {**facts, "signed": notice.signed_on}, field="modifiers", fixes=(fix,))
    return None


def _unsigned(index: int, line: Line, notice: Abn | None, none: bool, held: str, signed: tuple[str, ...]) -> Hit | None:
    facts = {"code": line.code, "date": line.service_date, "held": held}
    if notice is None:
        return None if none else Hit("unknown", index, "unsaid", facts, needs=(PATH,), field="modifiers")
    if _covers(notice, line):
        fix = Fix("replace-modifier", index, f"{held}={signed[0]}", "ask", "if the notice is valid")
        return Hit("fail", index, "held", facts, field="modifiers", fixes=(fix,))
    return None


def _covers(notice: Abn, line: Line) -> bool:
    return notice.signed_on is not None and notice.signed_on <= line.service_date and (notice.codes is None or line.code in notice.codes)


def sentence(params: Notice) -> str:
    no = f"; {join(params.unsigned)} says that there is none" if params.unsigned else ""
    return f"{join(params.signed)} says that the patient signed a notice before the service{no}."


KIND = Kind(
    name="notice",
    title="Notice of non-coverage",
    about="Modifiers that speak of an advance notice, against the notice in the record.",
    params=Notice,
    evidence=("chart",),
    bind=bind,
    sentence=sentence,
    messages={
        "lacks": "{code} carries {held}, but there is no signed notice.",
        "void": "{code} carries {held}, but a {kind} notice does not count: it has to name a reason to expect that this service is denied.",
        "other": "{code} carries {held}, but the notice on file is for other codes.",
        "late": "{code} on {date} carries {held}, but the notice was signed on {signed}, after the service.",
        "held": "{code} carries {held}, but a notice signed before the service is on file.",
        "unsaid": "{code} carries {held}; whether a notice was signed is not said.",
        "unsigned": "{code} carries {held}; the notice on file has no date of signature.",
    },
)
