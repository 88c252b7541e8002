"""Faults of pack authors: one line each, clickable, saying what is wrong and how to repair it."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

CODES: dict[str, tuple[str, str]] = {
    "PB001": ("not YAML", "The file cannot be parsed. The message carries the parser's own words and the place."),
    "PB002": ("duplicate key", "A key stands twice in one map. YAML readers would silently keep one of the two values."),
    "PB003": ("unknown key", "The key is not part of the format. The message names the nearest known one."),
    "PB004": ("unquoted code", "Codes are text: 0101T, 97110 and 010 must be quoted, or YAML turns some of them into numbers."),
    "PB005": ("wrong value", "The value is of the wrong type, or not one of the words the format knows."),
    "PB006": ("missing key", "A key that the format requires is absent."),
    "PB007": ("not a date", "Dates are written YYYY-MM-DD and must exist in the calendar."),
    "PB008": ("unknown code set", "`when.codes` names a set that no file under _codes defines."),
    "PB009": ("unknown source", "A version refers to a source that the pack's sources.yaml does not have."),
    "PB010": ("unknown parent", "`like` names a rule that does not exist, or rules inherit from each other in a circle."),
    "PB011": (
        "versions overlap",
        "Versions rise by `from` and do not overlap on either clock; a correction has the same `from` and a later `known`.",
    ),
    "PB012": ("version without source", "Every version of a rule needs at least one source, unless it is a `hole` with a reason."),
    "PB013": ("id does not fit", "A rule's id is the id of its pack, a dot, and the name of its file."),
    "PB014": ("unknown kind", "No plugin provides this rule kind."),
    "PB015": ("settings do not fit", "The settings of the rule, common and of the version together, do not fit its kind."),
    "PB016": ("cases missing", "Every rule has a test file beside it with at least one case that must fail and one that must not."),
    "PB017": ("id taken", "Two packs or two rules have the same id."),
    "PB018": ("unknown table", "The rule reads a dated table that is not on file."),
    "PB019": ("format version", "The pack is written in a version of the format that this engine does not read."),
    "PB020": ("settings differ", "All versions of a rule list the same settings; what never changes stands in the common `params`."),
    "PB021": ("test file does not fit", "A test file names its rule, and the rule exists beside it."),
    "PB022": ("severity above grade", "The effect is harder than the grade of the sources lets it be shown. This is a note, not an error."),
    "PB023": ("code unknown", "A code of the rule has no label under _codes."),
    "PB024": ("source without a reader", "A source of grade A, A* or B says when it was last checked."),
    "PB025": ("retired without heir", "A retired rule says what replaced it, or why nothing did, in `replaced_by` or `fix`."),
    "PB026": (
        "override does not fit",
        "A pack with `overrides` has an id of its own, its rules have the ids of the pack it names, and a rule keeps its kind.",
    ),
    "PB027": (
        "fact without a place",
        "A pack with a facts.yaml says of every fact which rule encodes it, or which table, page or hole took it; the two lists agree.",
    ),
}
"""Code of each check of the format, its short name, and what it means; each has a page in the documentation."""


class Fault(NamedTuple):
    """One fault. `line` and `column` count from 1; `place` is the dotted path inside the file; `note` marks what does not stop the pack."""

    file: Path
    line: int
    column: int
    place: str
    message: str
    code: str
    note: bool = False

    def text(self, base: Path | None = None) -> str:
        """`file:line:column: place: message [code]`, with the file relative to `base` where it lies below it."""
        file = self.file
        if base is not None and file.is_relative_to(base):
            file = file.relative_to(base)
        place = f"{self.place}: " if self.place else ""
        return f"{file}:{self.line}:{self.column}: {place}{self.message} [{self.code}]"
