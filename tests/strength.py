"""Measures the strength of every pack and writes docs/strength.json, which the page about quality shows: python -m tests.strength DATE."""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path

from payerbook.authoring import strength

FILE = Path(__file__).parents[1] / "docs" / "strength.json"


def main(arguments: list[str]) -> int:
    """Exit 0. The argument is the day of the measurement, which the file names."""
    session = strength.open_session()
    packs = {}
    for one in session.library.all():
        if one.pack is not None and not one.templates:
            found = list(strength.measure(session, one, strength.chosen(one, [], None), lambda: None))
            tried, noticed = sum(rule.tried for rule in found), sum(rule.noticed for rule in found)
            if tried:
                packs[one.id] = {"percent": strength.percent(noticed, tried), "tried": tried, "noticed": noticed}
                print(f"{one.id}: {packs[one.id]['percent']} %")
    data = {"measured_on": str(date.fromisoformat(arguments[0])), "packs": dict(sorted(packs.items()))}
    FILE.write_text(json.dumps(data, indent=1) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
