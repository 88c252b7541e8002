"""What `packs` says of how far a pack can be relied on: topics with and without rules, overdue sources, and totals of all packs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any, get_args

from payerbook.authoring.due import due
from payerbook.cli.style import count, fold
from payerbook.engine.selection import GRADES
from payerbook.policy import Pack, Topic


def described(pack: Pack, today: date | None) -> dict[str, Any]:
    """Keys of a pack in `packs --json`: rules by topic, topics without a rule, and with `today` what has to be read again."""
    topics = Counter(rule.topic for rule in pack.rules)
    late = None if today is None else due(pack, today)
    return {
        "topics": {topic: topics[topic] for topic in get_args(Topic) if topics[topic]},
        "no_rule_on": [topic for topic in get_args(Topic) if not topics[topic]],
        "stale": None if late is None else {"sources": len(late), "rules": len({rule for one in late for rule in one.rules})},
    }


def totals(packs: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Over all packs: how many, their rules by grade, their holes, and what has to be read again (None where no day was given)."""
    grades: Counter[str] = Counter()
    for pack in packs:
        grades.update(pack["grades"])
    stale = [pack["stale"] for pack in packs if pack["stale"] is not None]
    return {
        "packs": len(packs),
        "rules": sum(pack["rules"] for pack in packs),
        "grades": {grade: grades[grade] for grade in (*GRADES, "none") if grades[grade]},
        "holes": sum(len(pack["holes"]) for pack in packs),
        "stale": {key: sum(one[key] for one in stale) for key in ("sources", "rules")} if stale else None,
    }


def lines(pack: dict[str, Any]) -> list[str]:
    """What `packs --holes` prints of a pack before its holes."""
    on_file = ", ".join(f"{topic} {number}" for topic, number in pack["topics"].items())
    found = [fold(on_file or "nothing", "  rules on: ", "    "), fold(", ".join(pack["no_rule_on"]) or "nothing", "  no rule on: ", "    ")]
    return found + ([f"  {_stale(pack['stale'])}"] if pack["stale"] is not None else [])


def total_lines(found: dict[str, Any]) -> list[str]:
    """The last lines of `packs --holes`."""
    grades = ", ".join(f"{grade} {number}" for grade, number in found["grades"].items())
    said = [f"Total: {count(found['packs'], 'pack')}, {count(found['rules'], 'rule')} (best grade of each: {grades or 'none'})"]
    said.append(count(found["holes"], "known hole"))
    return [fold("; ".join(said + ([_stale(found["stale"])] if found["stale"] is not None else [])))]


def _stale(stale: dict[str, int]) -> str:
    return f"{count(stale['sources'], 'source')} to read again, under {count(stale['rules'], 'rule')}"
