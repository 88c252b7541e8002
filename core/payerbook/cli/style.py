"""Terminal text: color only on a terminal and only without NO_COLOR, lines folded to the window."""

from __future__ import annotations

import os
import shutil
import sys
import textwrap

_CODES = {"deny": "31;1", "return": "33;1", "review": "35;1", "advice": "36", "clean": "32;1", "incomplete": "33", "dim": "2", "bold": "1"}
MARKS = {"deny": "DENY", "return": "RETURN", "review": "REVIEW", "advice": "ADVICE", "clean": "CLEAN", "incomplete": "INCOMPLETE"}


def colored() -> bool:
    return sys.stdout.isatty() and "NO_COLOR" not in os.environ


def paint(text: str, style: str) -> str:
    """The text in a named style, or unchanged where color is not wanted."""
    return f"\x1b[{_CODES[style]}m{text}\x1b[0m" if colored() else text


def width() -> int:
    """Columns to fold to: the window's, between 60 and 110."""
    return max(60, min(shutil.get_terminal_size((100, 24)).columns, 110))


def fold(text: str, first: str = "", rest: str | None = None) -> str:
    """The text folded, with a lead on the first line and the same room on the others."""
    rest = " " * len(first) if rest is None else rest
    return textwrap.fill(text, width(), initial_indent=first, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False)


def count(number: int, noun: str, many: str | None = None) -> str:
    """`1 claim`, `2 claims`."""
    return f"{number:,} {noun if number == 1 else many or noun + 's'}"
