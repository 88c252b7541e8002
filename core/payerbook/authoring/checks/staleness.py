"""Sources whose last reading is older than their pack allows, at their place in sources.yaml."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from payerbook.authoring.checks.files import PackFiles
from payerbook.authoring.due import is_due
from payerbook.authoring.faults import Fault
from payerbook.authoring.versioning import day


def check(files: PackFiles, today: date) -> Iterator[Fault]:
    """The sources that have to be read again on `today`, with the living rules that rest on them, as `packs --due` counts them."""
    if files.sources is None:
        return
    allowed = files.pack.head.review_days
    for name, source in files.sources.data.items():
        last = day(source.get("last_checked"))
        rules = [
            one.doc.rule.rpartition(".")[2]
            for one in files.rules
            if one.doc.status != "retired"
            and any(
                ref.ref == name and is_due(ref.grade or source["grade"], last, source.get("url"), today, allowed)
                for version in one.doc.versions
                for ref in version.sources
            )
        ]
        if rules:
            read = "was never read" if last is None else _overdue(last, (today - last).days, allowed)
            message = f"the source {read}; read it again and write last_checked (rules: {', '.join(rules)})"
            place = (name, "last_checked") if last is not None else (name,)
            yield files.sources.fault(place, message, "PB034", key=last is None)


def _overdue(last: date, days: int, allowed: int) -> str:
    over = days - allowed
    return f"was read on {last}, {days} days ago, {over} {'day' if over == 1 else 'days'} too long"
