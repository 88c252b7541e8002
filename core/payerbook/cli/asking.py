"""What the commands that answer a question about a code share: their arguments, the history they read, and lines of text."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Iterable
from typing import BinaryIO, TypeVar

import msgspec

from payerbook.answers import words
from payerbook.answers.desk import Facts
from payerbook.answers.questions import (
    AuthorizationAnswer,
    ContactAnswer,
    CoverageAnswer,
    Deadline,
    Flip,
    LimitAnswer,
    LimitsAnswer,
    OpenPoint,
    PermissionAnswer,
)
from payerbook.api import Book
from payerbook.claim import Claim, Context, HistoryItem, patient_key
from payerbook.cli import claims, options
from payerbook.cli.style import fold, paint
from payerbook.engine.ledger import as_history
from payerbook.errors import InputError, Problem, UsageError
from payerbook.finding import Cited
from payerbook.formats.claim_json import read_context, read_history

Answer = TypeVar("Answer", CoverageAnswer, LimitsAnswer, AuthorizationAnswer)


def add_question(parser: argparse.ArgumentParser) -> None:
    """PAYER CODE, the day, and what else a question may say."""
    parser.add_argument("payer", metavar="PAYER", help="pack id or name of the payer")
    parser.add_argument("code", type=code, metavar="CODE", help="procedure code, for example 97110")
    parser.add_argument(
        "--claim-type", choices=("professional", "institutional"), default="professional", help="type of claim (default: professional)"
    )
    parser.add_argument("--place", type=place, metavar="POS", help="place of service, two digits; unknown when left out")
    parser.add_argument("--visit", type=visit, metavar="N", help="number of the visit in its episode")
    parser.add_argument("--age", type=age, metavar="YEARS", help="age of the patient in whole years")
    parser.add_argument("--plan", metavar="NAME", help="name of the patient's plan or product")
    parser.add_argument("--line-of-business", metavar="NAME", help="sort of coverage, for example medicare-advantage")
    parser.add_argument("--state", type=state, metavar="STATE", help="state of the billing provider, for example OR")
    parser.add_argument(
        "--modifier", dest="modifiers", action="append", type=modifier, metavar="MODIFIER", help="modifier of the line (may be repeated)"
    )
    options.add_on(parser)
    options.add_known_on(parser)
    options.add_json(parser)
    options.add_policies(parser)


def add_patient(parser: argparse.ArgumentParser) -> None:
    """Files on the patient, for questions that count services or ask for benefits and approvals."""
    parser.add_argument("--history", metavar="FILE", help="earlier services of the patient, as JSON Lines of claims or history items")
    parser.add_argument(
        "--context",
        metavar="FILE",
        help="what is known of the patient, as the context of a claim: eligibility, accumulators, authorizations",
    )


def facts(arguments: argparse.Namespace) -> Facts:
    """What the arguments say besides payer, code and day, without the files on the patient."""
    return Facts(
        claim_type=arguments.claim_type,
        place_of_service=arguments.place,
        visit=arguments.visit,
        age=arguments.age,
        plan=arguments.plan,
        line_of_business=arguments.line_of_business,
        state=arguments.state,
        modifiers=arguments.modifiers,
    )


def _of_patient(arguments: argparse.Namespace) -> Facts:
    """What the files on the patient say. Raises UsageError or InputError for one that cannot be used, and when both hold services."""
    context, history = None, None
    if arguments.context is not None:
        with claims.opened(arguments.context) as (stream, label):
            context = read_context(stream, label)
        if context.history is not None and arguments.history is not None:
            raise UsageError(f"{label} has a history too; give the earlier services there or with --history, not in both.")
    if arguments.history is not None:
        with claims.opened(arguments.history) as (stream, label):
            history = services(stream, label)
    return of_patient(context, history, arguments.visit)


def of_patient(context: Context | None, history: tuple[HistoryItem, ...] | None, visit: int | None) -> Facts:
    """What is known of a patient: the context of a claim, earlier services, and the number of the visit where it was given."""
    said = Facts()
    if context is not None:
        said = Facts(
            history=context.history,
            accumulators=context.accumulators or (),
            eligibility=context.eligibility,
            authorizations=context.authorizations or (),
        )
        if visit is None and context.episode is not None:
            said["visit"] = context.episode.visit_number
    if history is not None:
        said["history"] = history
    return said


def respond(
    arguments: argparse.Namespace,
    ask: Callable[[Book], Callable[..., Answer]],
    lines: Callable[[Answer, str], list[str]],
) -> int:
    """Asks one question of the packs on file and prints the answer, as JSON or as `lines(answer, title of the payer)`."""
    book = options.load(arguments)
    given = facts(arguments) | _of_patient(arguments)
    answer = ask(book)(arguments.payer, arguments.code, on=arguments.on or options.clock(), known_on=arguments.known_on, **given)
    if arguments.json:
        print(msgspec.json.encode(answer).decode())
    else:
        print("\n".join(lines(answer, book.payer(answer.asked.payer).title)))
    return options.warn_not_loaded(book)


def _written(pattern: str, what: str) -> Callable[[str], str]:
    """An argument of this form, in capitals; `what` says what it is and how it is written."""

    def read(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise argparse.ArgumentTypeError(f"{text!r} is not {what}")
        return text.upper()

    return read


code = _written(r"[0-9A-Za-z]{5}", "a procedure code; write its five characters, for example 97110")
place = _written(r"[0-9]{2}", "a place of service; write two digits, for example 11")
state = _written(r"[A-Za-z]{2}", "a state; write its two letters, for example OR")
modifier = _written(r"[0-9A-Za-z]{2}", "a modifier; write its two characters, for example GP")


def visit(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,4}", text) or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not the number of a visit; write 1 for the first")
    return int(text)


def age(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,3}", text) or int(text) > 130:
        raise argparse.ArgumentTypeError(f"{text!r} is not an age; write whole years, for example 20")
    return int(text)


def services(stream: BinaryIO, label: str) -> tuple[HistoryItem, ...]:
    """The earlier services of one patient from JSON Lines of claims or history items; `label` names the stream in messages.

    Raises UsageError when it holds claims of several patients, InputError for an entry that is none.
    """
    items: list[HistoryItem] = []
    patients: set[str] = set()
    for entry in read_history(stream, label):
        if isinstance(entry, Problem):
            raise InputError(entry)
        if isinstance(entry, Claim):
            patients.update(key for key in [patient_key(entry)] if key is not None)
            items = [item for item in items if item.claim_id not in _replaced(entry)]
            items.extend([] if entry.frequency_code == "8" else as_history(entry, None))
        else:
            items.append(entry)
    if len(patients) > 1:
        raise UsageError(
            f"{label} holds claims of {len(patients)} patients; limits are counted for one patient, so give the claims of one."
        )
    return tuple(items)


def _replaced(claim: Claim) -> tuple[str, ...]:
    """The claim numbers whose services a claim takes away: its own, sent again, and the one that it replaces or voids."""
    original = claim.original_reference if claim.frequency_code in ("7", "8") else None
    return (claim.claim_id,) if original is None else (claim.claim_id, original)


def headline(code: str, on: object, payer: str, answer: str, style: str = "bold") -> str:
    return f"{paint(answer, style)}  {code} on {on}, {payer}"


def limit_lines(limits: Iterable[LimitAnswer]) -> list[str]:
    """One line for each limit: how many, what is left, what happens beyond."""
    return [line for limit in limits for line in _limit(limit)]


def _limit(limit: LimitAnswer) -> list[str]:
    lines = [fold(f"{words.limit(limit)} ({limit.rule})", "  Limit: ", "    ")]
    if limit.used is not None:
        lines.append(f"    used {limit.used}, remaining {limit.remaining}, next allowed {limit.next_allowed or 'never'}")
    return lines


def flip_lines(flips: Iterable[Flip]) -> list[str]:
    clocks = {"service": "by date of service", "known-on": "by what was known"}
    rules: dict[str, list[str]] = {}
    for flip in flips:
        rules.setdefault(f"{flip.on} {clocks[flip.clock]}: {flip.what}", []).append(flip.rule)
    return [fold(f"{said} ({', '.join(names)})", "  Change: ", "    ") for said, names in rules.items()]


def unknown_lines(points: Iterable[OpenPoint]) -> list[str]:
    lines = []
    for point in points:
        needs = f" Needs {', '.join(point.needs)}." if point.needs else ""
        rule = f" ({point.rule})" if point.rule else ""
        lines.append(fold(f"{point.reason}{needs}{rule}", "  Not known: ", "    "))
    return lines


def contact_lines(contacts: Iterable[ContactAnswer]) -> list[str]:
    """Where things are sent and asked, with the sources that say so."""
    lines = []
    for one in contacts:
        parts = [one.name, one.phone, one.address, one.url, one.note]
        lines.append(fold(", ".join(part for part in parts if part), f"  Where ({one.purpose}): ", "    "))
        lines += source_lines(one.sources)
    return lines


def cited(*said: Iterable[Deadline | LimitAnswer | OpenPoint | PermissionAnswer]) -> list[str]:
    """The sources of all parts of an answer, those of open points too."""
    return source_lines(source for parts in said for part in parts for source in part.sources)


def source_lines(sources: Iterable[Cited]) -> list[str]:
    """Each source once."""
    lines = []
    for source in dict.fromkeys(sources):
        parts = [source.title, source.section and f"section {source.section}", source.publisher, source.date, source.edition]
        text = ", ".join(part for part in parts if part)
        lines.append(paint(fold(f"[{source.grade}] {text}{f' {source.url}' if source.url else ''}", "  Source: ", "    "), "dim"))
    return lines
