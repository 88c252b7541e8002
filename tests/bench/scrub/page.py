"""The scrub benchmark as a page: docs/scrub.md."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from .classes import GROUPS
from .score import Clean, Score

RECALL_GOAL, ALARM_GOAL = 95, 1
HEAD = """# Scrub benchmark

*Written by `python -m tests.bench.scrub`; do not edit by hand.*

How much of what is wrong with a therapy claim does a check find, and how often does it cry wolf? Made-up claims, seeded so that every
run is the same: {clean:,} clean ones, and {seeded:,} with one error each, in {classes} classes. Dates of service run from 2018 to 2026,
a third of them in the quarter for which the NCCI tables are on file. Plain claims carry their context: history, yearly totals,
eligibility, chart.

- What a class expects was written down before it was run: the topics under which a rule may rightly report the error, from the meaning of
  the error. After the first runs some seeds and clean claims were put right that were not what they said (an evaluation alone needs no plan
  of care yet; a diagnosis without its companion is not clean), and some topics that the same error touches were added. A class that is
  plainly wrong and not found stays as it is.
- **Caught** = such a rule reports it on the right line, as deny, return or review (as advice where the payer does nothing; as a missing
  fact where the error is that the claim does not say something).
- **Off file** = the rule for it says that nothing is on file for the date: the pack does not claim to cover that day, and recall leaves the
  claim out (the first table also says the recall with them).
- **Advised** = an expected rule reports it, but only as advice, because its sources carry no more. Recall counts it as not found.
- **Open** = the rule for it says that a fact is missing. That is not silence, but not a catch either: recall counts it as not found.
- **Not covered** = no rule on file encodes the facts behind the error. Such classes are listed all the same and left out of the total.
- **False alarm** = a clean claim with any finding of severity deny, return or review.
- **Precision** = of the findings (deny, return, review) on claims with an error, the part that the error explains.

The claims are our own idea of a clean claim and of an error. A practice's claims are messier; the numbers compare versions of
payerbook, they do not predict denials.
"""


def page(scores: Sequence[Score], plain: dict[str, Clean], rarer: dict[str, Clean]) -> str:
    """The page as Markdown."""
    clean = {**plain, **rarer}
    head = HEAD.format(
        clean=sum(score.claims for score in clean.values()), seeded=sum(score.claims for score in scores), classes=len(scores)
    )
    parts = [head, *_totals(scores, clean), *_alarms("Clean claims", "Setting", plain), *_alarms("Less usual clean claims", "Way", rarer)]
    return "\n".join([*parts, *_classes(scores), *_uncovered(scores), *_surprises(scores)]).rstrip() + "\n"


def recall(scores: Iterable[Score]) -> float:
    """Per cent of the seeded errors that were caught, on dates for which the pack claims to know."""
    scores = list(scores)
    return _percent(sum(score.caught for score in scores), sum(score.claimed for score in scores))


def alarms(clean: dict[str, Clean]) -> float:
    """Clean claims with a false alarm, per 100."""
    return _percent(sum(score.alarmed for score in clean.values()), sum(score.claims for score in clean.values()))


def precision(scores: Iterable[Score]) -> float:
    """Per cent of the findings on seeded claims that the seeded error explains."""
    scores = list(scores)
    explained = sum(score.explained for score in scores)
    return _percent(explained, explained + sum(score.unexplained for score in scores))


def _percent(part: int, whole: int) -> float:
    return 100 * part / whole if whole else 0.0


def _totals(scores: Sequence[Score], clean: dict[str, Clean]) -> list[str]:
    covered = [score for score in scores if score.covered]
    caught = sum(score.caught for score in covered)
    rows = [
        ("Recall, covered classes", f"{recall(covered):.1f} %", f"at least {RECALL_GOAL} %", _met(recall(covered) >= RECALL_GOAL)),
        ("The same, with dates that are off file", f"{_percent(caught, sum(score.claims for score in covered)):.1f} %", "", ""),
        ("Recall, all classes", f"{recall(scores):.1f} %", "", ""),
        ("Classes covered", f"{len(covered)} of {len(scores)}", "", ""),
        ("Precision", f"{precision(scores):.1f} %", "", ""),
        ("False alarms per 100 clean claims", f"{alarms(clean):.2f}", f"at most {ALARM_GOAL}", _met(alarms(clean) <= ALARM_GOAL)),
    ]
    return [*_table(("Measure", "Result", "Goal", "Met"), rows), ""]


def _met(met: bool) -> str:
    return "yes" if met else "no"


def _alarms(title: str, what: str, clean: dict[str, Clean]) -> list[str]:
    rows = [
        (
            name,
            str(score.claims),
            f"{_percent(score.alarmed, score.claims):.2f}",
            f"{_percent(score.verdicts['clean'], score.claims):.0f} %",
            f"{_percent(score.verdicts['incomplete'], score.claims):.0f} %",
            _rules(score.findings),
        )
        for name, score in clean.items()
    ]
    head = (what, "Claims", "False alarms per 100", "Verdict clean", "Verdict incomplete", "Rules")
    return [f"## {title}\n", *_table(head, rows), ""]


def _classes(scores: Sequence[Score]) -> list[str]:
    lines = ["## Classes of errors\n"]
    for group in GROUPS:
        rows = [_row(score) for score in scores if score.error.group == group and score.covered]
        lines += [
            f"### {group}\n",
            *_table(("Class", "Error", "Claims", "Recall", "Off file", "Advised", "Open", "Missed", "Caught by"), rows),
            "",
        ]
    return lines


def _row(score: Score) -> tuple[str, ...]:
    name = f"{score.error.name}{' (advice)' if score.error.advice else ''}"
    result = f"{recall([score]):.0f} %" if score.claimed else "none"
    counts = (str(score.off_file), str(score.advised), str(score.open), str(score.missed))
    return name, score.error.what, str(score.claims), result, *counts, _rules(score.rules)


def _uncovered(scores: Sequence[Score]) -> list[str]:
    rows = [_row(score) for score in scores if not score.covered]
    if not rows:
        return []
    return [
        "## Classes not covered\n",
        *_table(("Class", "Error", "Claims", "Recall", "Off file", "Advised", "Open", "Missed", "Caught by"), rows),
        "",
    ]


def _surprises(scores: Sequence[Score]) -> list[str]:
    rows = [(score.error.name, str(score.unexplained), _rules(score.surprises)) for score in scores if score.unexplained]
    if not rows:
        return []
    return ["## Findings that the error does not explain\n", *_table(("Class", "Findings", "Rules"), rows), ""]


def _rules(counted: dict[str, int]) -> str:
    names = sorted(counted, key=lambda rule: (-counted[rule], rule))[:3]
    return ", ".join(f"`{name.removeprefix('medicare.part-b.')}`" for name in names)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    return [f"| {' | '.join(cells)} |" for cells in (head, ("---",) * len(head), *rows)]
