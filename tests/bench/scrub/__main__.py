"""Measures recall, precision and false alarms and writes docs/scrub.md: python -m tests.bench.scrub [--show CLASS]."""

from __future__ import annotations

import sys
from pathlib import Path

import payerbook
from payerbook.api import Book

from .page import ALARM_GOAL, RECALL_GOAL, alarms, page, precision, recall
from .score import as_json, clean_claims, errors, rarer_claims

CLEAN, SEEDED = 3_000, 60
PAGE = Path(__file__).parents[3] / "docs" / "scrub.md"


def main(arguments: list[str]) -> int:
    """Exit 0 when both goals are met, else 1. `--show CLASS` prints the missed claims of a class, `--show clean` the false alarms."""
    book = payerbook.load(["common", "medicare", "ncci"])
    if arguments[:1] == ["--show"]:
        show(book, arguments[1])
        return 0
    scores, plain, rarer = errors(book, SEEDED), clean_claims(book, CLEAN), rarer_claims(book, SEEDED)
    clean = {**plain, **rarer}
    PAGE.write_text(page(scores, plain, rarer), "utf-8")
    covered = [score for score in scores if score.covered]
    for score in scores:
        if score.caught < score.claimed or not score.claimed:
            print(f"{score.error.name}: {score.caught} of {score.claimed}, open {score.open}{'' if score.covered else ' (not covered)'}")
    print(f"recall {recall(covered):.1f} %, precision {precision(scores):.1f} %, false alarms {alarms(clean):.2f} per 100 clean claims")
    return 0 if recall(covered) >= RECALL_GOAL and alarms(clean) <= ALARM_GOAL else 1


def show(book: Book, name: str) -> None:
    """Prints claims to look at, one JSON a line after what was said about it."""
    if name == "clean":
        clean = {**clean_claims(book, CLEAN), **rarer_claims(book, SEEDED)}
        examples = [example for score in clean.values() for example in score.examples]
    else:
        examples = [example for score in errors(book, SEEDED) if score.error.name == name for example in score.misses]
    for example in examples:
        print(f"# {'; '.join(example.said) or 'nothing'}\n{as_json(example)}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
