"""Markdown from plain text: escaping, tables, links between pages, and the words for the closed lists of the contract."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Sequence
from datetime import date

_CODE_SPAN = re.compile(r"(`[^`]+`)")
_SPECIAL = re.compile(r"([\\`*_{}\[\]|])")
_PREFIX = re.compile(r"\b(re|non) ")
_BLOCK_START = re.compile(r"^(\d+(?=\.)|(?=[#+\-=~:]))")

EFFECT = {"deny": "denied", "return": "returned for correction", "review": "pulled for review", "none": "no effect on payment"}
"""What the payer does with a line that breaks the rule."""

EVIDENCE = {
    "claim": "the claim alone",
    "table": "a dated table",
    "record": "the patient's history, eligibility or authorization",
    "chart": "the chart",
}
"""What it takes to answer a rule."""

DATE_BASIS = {
    "service-date": "the date of service",
    "received-date": "the day the payer received the claim",
    "processed-date": "the day the payer processed the claim",
}

OUTCOME = {
    "pass": "Passes",
    "fail": "Fails",
    "resolved": "Already resolved on the claim",
    "not-applicable": "The rule does not apply",
    "unknown": "Cannot be told from the claim",
    "not-on-file": "Nothing on file for the date",
}

UNIT_METHOD = {
    "cms": "CMS: the minutes of the day are added, the total sets the units",
    "ama": "AMA: each code is rounded alone",
    "hybrid": "Both: the minutes of the day and those of each code have to allow a unit",
    "whole": "Whole quarters of an hour of each code",
    None: "not on file",
}


def escape(text: str) -> str:
    """Plain text as Markdown that shows exactly it; only `code spans` keep their meaning. All white space becomes one space."""
    parts = _CODE_SPAN.split(" ".join(text.split()))
    return "".join(part if place % 2 else _SPECIAL.sub(r"\\\1", html(part)) for place, part in enumerate(parts))


def html(text: str) -> str:
    """Plain text for the inside of an HTML element."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def paragraphs(text: str) -> list[str]:
    """The paragraphs of an author's text, each escaped and safe at the start of a line."""
    return [_BLOCK_START.sub(r"\1\\", escape(part)) for part in re.split(r"\n\s*\n", text.strip()) if part.strip()]


def title(word: str) -> str:
    """A word of a closed list, or the name of a setting, as a heading: `code-pairs` -> `Code pairs`, `non-covered` -> `Non-covered`."""
    words = _PREFIX.sub(r"\1-", word.replace("-", " ").replace("_", " "))
    return words[:1].upper() + words[1:]


def link(text: str, page: str, target: str, anchor: str = "") -> str:
    """A link from the file `page` to the file `target`, both below the documentation folder; `text` is Markdown already."""
    path = "" if page == target else posixpath.relpath(target, posixpath.dirname(page) or ".")
    return f"[{text}]({path}{f'#{anchor}' if anchor else ''})"


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A table; cells are Markdown already."""
    lines = [headings, ["---"] * len(headings), *rows]
    return [*(f"| {' | '.join(cell or ' ' for cell in line)} |" for line in lines), ""]


def heading(level: int, text: str, anchor: str) -> str:
    """A heading inside a rule, linkable but without an id of its own: search then finds the rule and names it, not its part.

    `text` is HTML already.
    """
    return f'<h{level}><span id="{anchor}">{text}</span></h{level}>'


def chip(text: str, style: str = "") -> str:
    """A short status in a box; the words carry the meaning, the style only repeats it."""
    return f'<span class="pb-chip{f" pb-{style}" if style else ""}">{html(text)}</span>'


def fold(summary: str, body: str) -> str:
    """Text behind a summary, on one line, for table cells and list items."""
    return f'<details class="pb-fold"><summary>{summary}</summary>{body}</details>'


def day(when: date | str) -> str:
    """A day that does not break at the end of a line."""
    return f"<time>{when}</time>"


def period(start: date, end: date | None) -> str:
    """`2025-01-01 to 2025-12-31`, or `Since 2026-01-01` when no end is on file."""
    return f"Since {day(start)}" if end is None else f"{day(start)} to {day(end)}"


def number(count: int, one: str, many: str = "") -> str:
    """`1 rule`, `2 rules`."""
    return f"{count} {one if count == 1 else many or one + 's'}"
