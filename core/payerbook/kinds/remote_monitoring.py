"""Remote therapeutic monitoring: days with data, minutes of management and talks with the patient that a code needs."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

import msgspec
from msgspec import Meta

from payerbook.claim import Line, RemoteMonitoring
from payerbook.kinds.base import Case, Check, Fix, Hit, Kind, Params, Result, Tables, join


class Need(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    days: Annotated[int | None, Meta(description="Fewest days with data in the period.")] = None
    days_up_to: Annotated[int | None, Meta(description="Most days with data in the period.")] = None
    minutes: Annotated[int | None, Meta(description="Fewest minutes of management in the month.")] = None
    minutes_up_to: Annotated[int | None, Meta(description="Most minutes of management in the month.")] = None
    minutes_each: Annotated[int, Meta(description="Further minutes that every unit after the first needs.")] = 0
    communications: Annotated[int | None, Meta(description="Fewest interactive communications in the month.")] = None
    instead: Annotated[str | None, Meta(description="Code for more days or minutes than this one is for.")] = None


class MonitoringNeeds(Params, frozen=True):
    codes: Annotated[dict[str, Need], Meta(description="What each code needs.", min_length=1)]


_NOBODY = RemoteMonitoring()
_FACTS = (("days", "monitored_days"), ("minutes", "management_minutes"), ("communications", "interactive_communications"))


def bind(params: MonitoringNeeds, tables: Tables) -> Check:
    def check(case: Case, indexes: tuple[int, ...]) -> Result:
        context = case.claim.context
        monitoring = (context.remote_monitoring if context is not None else None) or _NOBODY
        hits: list[Hit] = []
        for index in indexes:
            line = case.lines[index]
            need = params.codes.get(line.code)
            if need is not None:
                hits.extend(_judge(index, line, need, monitoring))
        return hits or None

    return check


def _judge(index: int, line: Line, need: Need, monitoring: RemoteMonitoring) -> list[Hit]:
    hits: list[Hit] = []
    missing: list[str] = []
    for what, field in _FACTS:
        least: int | None = getattr(need, what)
        most: int | None = getattr(need, f"{what}_up_to", None)
        if least is None:
            continue
        if what == "minutes":
            least += need.minutes_each * max(int(line.units) - 1, 0)
        value: int | Decimal | None = getattr(monitoring, field)
        facts = {"code": line.code, "value": value, "least": least, "most": most, "use": need.instead}
        if value is None:
            missing.append(f"context.remote_monitoring.{field}")
        elif value < least:
            fix = Fix("do-not-bill", index, None, "ask", "bill only what was reached in the period")
            hits.append(Hit("fail", index, f"{what}-few", facts, field="code", fixes=(fix,)))
        elif most is not None and value > most:
            fixes = (Fix("replace-code", index, need.instead, "ask", "if the record shows it"),) if need.instead else ()
            hits.append(Hit("fail", index, f"{what}-many", facts, field="code", fixes=fixes))
    if missing:
        hits.append(Hit("unknown", index, "unknown", {"code": line.code}, needs=tuple(missing), field="code"))
    return hits


def sentence(params: MonitoringNeeds) -> str:
    texts = []
    for code, need in params.codes.items():
        needs = [
            _span(need.days, need.days_up_to, "days with data"),
            _span(need.minutes, need.minutes_up_to, "minutes of management"),
            _span(need.communications, None, "interactive communication"),
        ]
        more = f", and {need.minutes_each} more minutes for each further unit" if need.minutes_each else ""
        texts.append(f"{code} needs {join((text for text in needs if text), 'and')}{more}")
    return f"{join(texts, 'and')}."


def _span(least: int | None, most: int | None, what: str) -> str:
    if least is None:
        return ""
    return f"{least} {what}" if most is None else f"{least} to {most} {what}"


KIND = Kind(
    name="remote-monitoring",
    title="Remote monitoring",
    about="Codes of remote therapeutic monitoring that need a number of days with data, minutes or communications.",
    params=MonitoringNeeds,
    evidence=("record", "chart"),
    bind=bind,
    sentence=sentence,
    messages={
        "days-few": "{code} needs data on at least {least} days of the period; there are {value}.",
        "days-many": "{code} is for at most {most} days with data; there are {value}; use {use}.",
        "minutes-few": "{code} as billed needs at least {least} minutes of management in the month; there are {value}.",
        "minutes-many": "{code} is for at most {most} minutes of management in the month; there are {value}; use {use}.",
        "communications-few": "{code} needs at least {least} interactive communication with the patient in the month; there are {value}.",
        "unknown": "The record of remote monitoring that {code} needs is not known.",
    },
)
