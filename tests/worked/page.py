"""Writes docs/worked-cases.md: what each worked case of a payer on file gave, and why some are not reached. `--check` only compares."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from worked.judge import CASES, COMMAND, WORDS, Answer, Judged, Prose, absent, answers, judged, judged_with_prose, prose

PAGE = Path(__file__).parents[2] / "docs" / "worked-cases.md"

FIRST, LAST = 2018, 2027
"""Years of service that the packs are meant to cover."""

OUTCOMES = ("clean", "return", "deny", "review")
MEDICARE = "medicare.part-b"

BEFORE = {
    "Medicare Part B": {"clean": 17, "return": 1, "deny": 7, "review": 0},
    "Other payers": {"clean": 8, "return": 0, "deny": 3, "review": 0},
}
"""Cases reached before anybody had looked at the misses: by the first 44 rules of Medicare Part B, and by the packs of the other payers on
the day on which their cases were first checked (37 of them; the nine of one Medicare Advantage plan had been looked at already)."""

HEAD = """\
# Worked cases

Billing situations whose outcome a source states, turned into claims and checked with the packs on file. A case is reached when a finding
has the effect that the case states (deny, return, review), or, for a clean case, when no finding has any of them. Rules are never changed
to reach a case. A clean case is reached as long as nothing is found, so it says little where the rule that could fail it lacks a fact. The
cases themselves are kept by the project, not here.

Each case is checked twice: with what its fields say, nothing filled in, and with the facts that stand only in its text too
(`tests/worked/prose.yaml`, with what had to be assumed). The first shows how far a claim alone goes, the second whether the rules are
right. "Before" is the count before anybody had looked at the misses, by the fields alone: for Medicare Part B with the first 44 rules of
the pack, for the other payers when their cases were first checked (37 cases then; nine of them, of one Medicare Advantage plan, had been
looked at already). The payer is found by its name as anybody may type it; plan, line of business and state come from that name.

This page is written by `{command}`; the lists behind it, `tests/worked/answers.yaml` and
`tests/worked/prose.yaml`, are held true by the tests.
"""


def render() -> str:
    """The page."""
    listed = answers()
    done, told = judged(), judged_with_prose()
    hits = [one for one in done if one.hit]
    misses = [one for one in done if not one.hit]
    parts = [HEAD.format(command=COMMAND), _summary(done, told), "## Reached\n", _table(hits, listed), "## Not reached\n"]
    parts += [_reasons(misses, listed), _table(misses, listed), "## With the facts of the text\n"]
    facts = prose()
    parts += ["Still not reached:\n", _reasons([one for one in told if not one.hit], {**listed, **facts}), _told(told, facts)]
    parts += ["## Payers without a pack\n", _absent(listed)]
    return "\n".join(part.rstrip("\n") + "\n" for part in parts)


def _summary(done: tuple[Judged, ...], told: tuple[Judged, ...]) -> str:
    parts = []
    for name, before in BEFORE.items():
        groups = [tuple(one for one in group if (one.pack == MEDICARE) == (name == "Medicare Part B")) for group in (done, told)]
        parts += [f"{name}:\n", *_counts(before, *groups), ""]
    return "\n".join(parts)


def _counts(before: dict[str, int], done: tuple[Judged, ...], told: tuple[Judged, ...]) -> list[str]:
    rows = ["| outcome stated | cases | before | reached | with the facts of the text |", "|---|---|---|---|---|"]
    rows += [_row(outcome, outcome, before[outcome], done, told) for outcome in OUTCOMES]
    rows.append(_row("all", None, sum(before.values()), done, told))
    covered = [tuple(one for one in group if FIRST <= _year(one) <= LAST) for group in (done, told)]
    rows.append(_row(f"of these in {FIRST}-{LAST}", None, None, *covered))
    return rows


def _row(name: str, outcome: str | None, before: int | None, done: tuple[Judged, ...], told: tuple[Judged, ...]) -> str:
    counts = [[one.hit for one in group if outcome in (None, one.case["expected"]["outcome"])] for group in (done, told)]
    return f"| {name} | {len(counts[0])} | {'' if before is None else before} | {sum(counts[0])} | {sum(counts[1])} |"


def _year(one: Judged) -> int:
    return date.fromisoformat(one.case["date_of_service"]).year


def _told(told: tuple[Judged, ...], facts: dict[str, Prose]) -> str:
    rows = ["| case | date | stated | what the text says | assumed | result |", "|---|---|---|---|---|---|"]
    for one in told:
        if one.id in facts:
            entry = facts[one.id]
            said = f"{entry.says} | {entry.assumes or ''} | {_result(one, entry)}"
            rows.append(f"| {one.id} | {one.case['date_of_service']} | {one.case['expected']['outcome']} | {said} |")
    return "\n".join(rows) + "\n"


def _reasons(misses: list[Judged], listed: Mapping[str, Answer]) -> str:
    count = Counter(listed[one.id].miss for one in misses if one.id in listed)
    return "\n".join(f"- {words}: {count[why]}" for why, words in WORDS.items() if count[why]) + "\n"


def _table(group: list[Judged], listed: dict[str, Answer]) -> str:
    rows = ["| case | payer | date | stated | grade | result |", "|---|---|---|---|---|---|"]
    for one in group:
        case = one.case
        said = _result(one, listed.get(one.id, Answer()))
        rows.append(f"| {one.id} | {one.pack} | {case['date_of_service']} | {case['expected']['outcome']} | {case['grade']} | {said} |")
    return "\n".join(rows) + "\n"


def _result(one: Judged, answer: Answer) -> str:
    if one.hit:
        return ", ".join(f"`{rule}`" for rule in one.by) or "no finding"
    if answer.miss is None:
        return "not listed yet"
    needs = f" Missing: {answer.needs}." if answer.needs else ""
    rule = f" (`{answer.rule}`)" if answer.rule else ""
    return f"{WORDS[answer.miss].capitalize()}{rule}. {answer.reason}{needs}"


def _absent(listed: dict[str, Answer]) -> str:
    rows = ["| case | payer | date | stated | grade | missing |", "|---|---|---|---|---|---|"]
    for case in absent():
        answer = listed.get(case["id"], Answer())
        said = f"{answer.needs}. {answer.reason}" if answer.miss else "not listed yet"
        rows.append(
            f"| {case['id']} | {case['payer']} | {case['date_of_service']} | {case['expected']['outcome']} | {case['grade']} | {said} |"
        )
    return "\n".join(rows) + "\n"


def main(arguments: list[str]) -> int:
    """Writes the page, or with `--check` says whether it is up to date."""
    if not CASES.is_file():
        print("The worked cases are not beside the checkout; the page cannot be made.", file=sys.stderr)
        return 2
    text = render()
    if "--check" in arguments:
        current = PAGE.is_file() and PAGE.read_text("utf-8") == text
        if not current:
            print(f"docs/worked-cases.md is out of date; write it with: {COMMAND}", file=sys.stderr)
        return 0 if current else 1
    PAGE.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
