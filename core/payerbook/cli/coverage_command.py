"""Is a code covered on a day, and what does a claim for it need: modifiers, limits, authorization, documents, diagnoses."""

from __future__ import annotations

import argparse

from payerbook.answers.questions import CoverageAnswer
from payerbook.cli import NOTICE, asking
from payerbook.cli.style import fold, paint

PROMISE = "Covered is what the policies on file say; it promises no payment."
AUTHORIZATION = {
    "no-auth": "not needed",
    "auth-needed": "needed",
    "satisfied": "on file",
    "conditional": "depends on the visit or the service",
    "indeterminate": "not known",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    asking.add_question(parser)
    asking.add_patient(parser)


def run(arguments: argparse.Namespace) -> int:
    """Exit 0; 2 for a payer or file that cannot be used; 3 when a pack did not load."""
    return asking.respond(arguments, lambda book: book.coverage, _lines)


def _lines(answer: CoverageAnswer, payer: str) -> list[str]:
    style = {"covered": "clean", "not-covered": "deny", "conditional": "review"}.get(answer.covered, "incomplete")
    lines = [asking.headline(answer.asked.code, answer.asked.on, payer, answer.covered.upper().replace("-", " "), style)]
    lines += [fold(why, "  Why: ", "    ") for why in answer.why]
    if answer.decided_at in ("contractor", "plan"):
        lines.append(f"  Decided by the {answer.decided_at}.")
    if answer.instead:
        lines.append(f"  Bill instead: {', '.join(answer.instead)}")
    if answer.authorization is not None:
        lines.append(f"  Prior authorization: {AUTHORIZATION[answer.authorization]}")
    lines += [fold(f"{need.why} ({need.rule})", "  Modifier: ", "    ") for need in answer.modifiers]
    lines += asking.limit_lines(answer.limits)
    lines += [fold(f"{need.item.replace('-', ' ')} ({need.rule})", "  Document: ", "    ") for need in answer.documents]
    lines += [fold(f"one of {', '.join(need.any_of)} ({need.rule})", "  Diagnosis: ", "    ") for need in answer.diagnoses or ()]
    lines += asking.flip_lines(answer.flips)
    lines += asking.unknown_lines(answer.unknown)
    lines += asking.source_lines(answer.sources)
    return [*lines, paint(PROMISE, "dim"), paint(NOTICE, "dim")]
