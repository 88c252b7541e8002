"""What `packs --due` prints: sources to read again, oldest reading first, with the rules that rest on them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import msgspec

from payerbook.authoring.due import Due, due
from payerbook.claim import SCHEMA_VERSION
from payerbook.cli.style import count, fold, paint
from payerbook.engine import lifecycle
from payerbook.policy import Pack


def show(packs: Iterable[Pack], today: date, json: bool) -> None:
    """Prints what is due on `today` in all the packs, as text or JSON."""
    held = list(packs)
    listed = sorted((one for pack in held for one in due(pack, today)), key=lambda one: one.last_checked or date.min)
    if json:
        alone, versions = _alone(held)
        answer = {"schema_version": SCHEMA_VERSION, "today": today, "due": listed, "versions": versions, "without_second_reader": alone}
        print(msgspec.json.encode(answer).decode())
        return
    for one in listed:
        _print(one)
    rules = {rule for one in listed for rule in one.rules}
    alone, versions = _alone(held)
    print(f"{alone:,} of {count(versions, 'version')} without a second reader")
    print(f"{count(len(listed), 'source')} to read again on {today}, under {count(len(rules), 'rule')}")


def _alone(packs: Iterable[Pack]) -> tuple[int, int]:
    """How many versions nobody has read a second time, and how many there are."""
    found = [lifecycle.readings(pack) for pack in packs]
    return sum(one.once + one.unnamed for one in found), sum(map(sum, found))


def _print(one: Due) -> None:
    read = "never read" if one.last_checked is None else f"read {one.last_checked}, {count(one.days or 0, 'day')} ago"
    print(fold(f"[{one.grade}] {one.title}, {one.publisher}", f"{paint(read, 'bold')}  ", "  "))
    if one.url is not None:
        print(f"  {one.url}")
    print(fold(", ".join(one.rules), "  Rules: ", "    "))
