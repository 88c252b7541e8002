"""Writes docs/worked-cases.md: what each worked case of a payer on file gave, and why some are not reached. `--check` only compares."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

from worked.judge import CASES, COMMAND, WORDS, Answer, Judged, absent, answers, cases, judged

PAGE = Path(__file__).parents[2] / "docs" / "worked-cases.md"

HEAD = """\
# Worked cases

Billing situations whose outcome a source states, turned into claims and checked with the packs on file. A case is reached when a finding
has the effect that the case states (deny, return, review), or, for a clean case, when no finding has any of them. The claims hold only
what the case says; nothing is filled in. Rules are never changed to reach a case. A clean case is reached as long as nothing is found, so
it says little where the rules that could fail it are still to come. The cases themselves are kept by the project, not here.

This page is written by `{command}`; the list behind it, `tests/worked/answers.yaml`, is held true by the tests.
"""


def render() -> str:
    """The page."""
    listed = answers()
    done = judged()
    hits = [one for one in done if one.hit]
    misses = [one for one in done if not one.hit]
    parts = [HEAD.format(command=COMMAND), _summary(done, hits), "## Reached\n", _table(hits, listed), "## Not reached\n"]
    parts += [_reasons(misses, listed), _table(misses, listed), "## Payers without a pack\n", _absent(done)]
    return "\n".join(part.rstrip("\n") + "\n" for part in parts)


def _summary(done: tuple[Judged, ...], hits: list[Judged]) -> str:
    rows = ["| outcome stated | cases | reached |", "|---|---|---|"]
    for outcome in ("clean", "return", "deny", "review"):
        of = [one for one in done if one.case["expected"]["outcome"] == outcome]
        rows.append(f"| {outcome} | {len(of)} | {sum(one.hit for one in of)} |")
    return "\n".join([*rows, f"| all | {len(done)} | {len(hits)} |"]) + "\n"


def _reasons(misses: list[Judged], listed: dict[str, Answer]) -> str:
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


def _absent(done: tuple[Judged, ...]) -> str:
    left = len(cases()) - len(done)
    return f"{left} cases belong to payers that no pack on file answers to: {', '.join(absent())}.\n"


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
