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
    "PB028": (
        "template does not fit",
        "A pack with `templates: true` has `payer: false`; its rules are parents for `like` and have no versions, facts or cases.",
    ),
    "PB029": (
        "extension does not fit",
        "A pack with `extends` names another usable pack and says who proves it; `skip` names rules of that pack, each once.",
    ),
    "PB030": (
        "parent changed",
        "A rule of another pack that this pack takes from is not what it was when the two were compared; until then what was taken is "
        "shown as review at most.",
    ),
    "PB031": (
        "parent not recorded",
        "parents.yaml records every rule of another pack that the pack takes from, and no other; `payerbook amend PACK --recheck` does it.",
    ),
    "PB032": ("pin does not fit", "`pin` names a rule that is a parent here, or its pack, and a day on which something of it was known."),
    "PB033": ("outside its parent", "A rule that takes from another one has at least one day on which a version of the other stands too."),
    "PB034": ("source overdue", "The last reading of a source is older than the pack's `review_days`. Asked for with `lint --stale`."),
    "PB035": ("version never in force", "On no pair of service day and known day is the version the one that answers."),
    "PB036": ("gap between versions", "One version ends, the next begins later, and nothing says what holds in between."),
    "PB037": ("source not used", "Nothing in the pack cites the source. This is a note, not an error."),
    "PB038": ("unknown heir", "`replaced_by` names a rule that does not exist."),
    "PB039": ("code set not used", "No rule of the bundled packs names the set. This is a note, not an error."),
    "PB040": ("words of a source", "A text repeats eight words in a row of a document given with `lint --against`."),
    "PB041": ("copied text", "A text holds a long quotation, or is worded like a published code list."),
    "PB042": ("label like a descriptor", "The label of a code is long, or has the style of a code book instead of a few words of our own."),
    "PB043": ("typeset characters", "Curly quotes, ligatures, soft hyphens and their like come along when text is pasted from a document."),
    "PB050": ("retired without an end", "A retired rule goes on judging the days on which it stood, so its last version has a `to`."),
    "PB051": ("on hold without a reason", "A rule that is on hold says why in `hold`, which is shown wherever it is not checked."),
    "PB052": ("one reader twice", "The second reader of a version is somebody else than the first, who is named in `read_by`."),
    "PB053": ("hash without a day", "The hash of a document stands with the day on which it was downloaded: `sha256` and `retrieved`."),
    "PB060": ("rule never fires", "No written case and no claim of the finite domain of the rule's settings makes it find anything."),
    "PB061": ("version never fires", "The rule can find something, but no claim gets it from this version."),
    "PB062": ("rules contradict", "A line can satisfy each of two rules alone, and never both: what one asks for, the other refuses."),
    "PB063": ("covered and not covered", "Two rules of one scope say of a code on one day that it is covered and that it is not."),
    "PB064": ("authorization needed and not needed", "Two rules of one scope differ on whether a code needs prior authorization on a day."),
    "PB065": ("two limits", "Two rules of one scope set different numbers for the same count in the same window."),
    "PB066": ("two counting methods", "Timed units of one code are counted by two methods, or otherwise than pack.yaml says."),
    "PB067": (
        "days without a version",
        "Days between two versions of a rule have no version, and the later one does not say why in `changed`.",
    ),
    "PB068": ("version always hidden", "Whatever the day of service and the day of knowledge, another version answers."),
    "PB069": ("rule ends", "The last version has a `to`, and `replaced_by` names nothing. This is a note: a rule may end for good."),
    "PB070": ("authorization for what is not covered", "A rule asks for prior authorization of a code that another says is not covered."),
    "PB071": ("limit of zero on a covered code", "A code is covered on a day on which a limit allows none of it."),
    "PB072": (
        "fix that is refused",
        "A fix that one rule proposes makes another rule of the pack refuse a line that it did not refuse before.",
    ),
    "PB073": ("deadline without time", "A deadline lies before, or on, the day from which it counts."),
    "PB074": ("question without an answer", "A question about a code fails instead of being answered."),
    "PB075": (
        "answer and check disagree",
        "The answer says not covered and the check of the smallest claim finds nothing, or the other way round.",
    ),
    "PB076": ("exception not needed", "`accepts` in pack.yaml names something that `payerbook prove` does not find."),
    "PB080": ("evidence does not fit", "`evidence` names what cannot answer rules of this kind."),
    "PB081": ("rule about no code", "Rules of this kind are about certain codes; without `when.codes` every line would be judged."),
    "PB082": ("grade of a stranger", "Grade A is for documents of the payer, or of a publisher that pack.yaml lists under `official`."),
    "PB083": ("effect without a finding", "The rule finds nothing, it only answers questions; its effect is `none`."),
    "PB084": ("two rules for one thing", "Two rules of a pack judge the same lines by the same settings, with other numbers."),
}
"""Code of each check of the format, its short name, and what it means; each has a page in the documentation."""

PROVED = frozenset(code for code in CODES if "PB060" <= code <= "PB079")
"""The codes that `payerbook prove` gives; the others are those of `payerbook lint`."""


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
