"""Which payer a name means: its pack, why, and what it takes; the nearest ones when the name means none or several."""

from __future__ import annotations

import argparse
import sys

import msgspec

from payerbook.answers.who import PayerAnswer, PayerCard
from payerbook.cli import NOTICE, asking, options
from payerbook.cli.style import fold, paint
from payerbook.policy import PayerId, Plan


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", nargs="+", metavar="NAME", help="a name as people type it, a plan, a pack id or an EDI payer id")
    options.add_json(parser)
    options.add_policies(parser)


def run(arguments: argparse.Namespace) -> int:
    """Exit 0 when the name means one payer, 2 when it means none or several, 3 when a pack did not load."""
    book = options.load(arguments)
    answer = book.identify(" ".join(arguments.name))
    if arguments.json:
        print(msgspec.json.encode(answer).decode())
    elif answer.payer is not None:
        print("\n".join(_found(answer, answer.payer)))
    if answer.payer is None:
        print("\n".join(_open(answer)), file=sys.stderr)
    return options.warn_not_loaded(book) or (0 if answer.payer is not None else 2)


def _found(answer: PayerAnswer, card: PayerCard) -> list[str]:
    said = {
        "Because": f"{', '.join(answer.why)} ({answer.confidence})",
        "Plan": answer.plan,
        "Line of business": ", ".join(card.lines_of_business),
        "States": ", ".join(card.states),
        "Plans": "; ".join(_plan(plan) for plan in card.plans),
        "EDI payer ids": ", ".join(_payer_id(one) for one in card.payer_ids if one.confirmed),
        "Reported, not confirmed": ", ".join(_payer_id(one) for one in card.payer_ids if not one.confirmed),
    }
    lines = [f"{paint(card.id, 'bold')}  {card.title}"]
    lines += [fold(text, f"  {name}: ", "    ") for name, text in said.items() if text]
    return [*lines, *asking.contact_lines(card.contacts), paint(NOTICE, "dim")]


def _plan(plan: Plan) -> str:
    more = ", ".join(filter(None, [plan.line_of_business, "/".join(plan.states)]))
    return f"{plan.name} ({more})" if more else plan.name


def _payer_id(one: PayerId) -> str:
    more = ", ".join(filter(None, [one.line_of_business, one.clearinghouse, one.grade and f"grade {one.grade}"]))
    return f"{one.id} ({more})" if more else one.id


def _open(answer: PayerAnswer) -> list[str]:
    text = answer.asked.text
    if not answer.candidates:
        return [f"USAGE: no payer on file is called {text!r}, and none is near; `payerbook packs` lists all."]
    lines = [f"USAGE: {text!r} means no single payer on file; say one of these, or more of the name:"]
    for one in answer.candidates:
        why = "; ".join([*one.why, *one.open])
        lines.append(fold(f"{one.title} ({why})", f"  {one.id}  ", "    "))
    return lines
