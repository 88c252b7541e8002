"""Check claims against the payer's rules before they are sent: 837P, 837I, claim JSON, JSON Lines, CSV or FHIR; - is standard input."""

from __future__ import annotations

import argparse
import io
import sys
from pathlib import Path

from payerbook.api import Book, Run
from payerbook.claim import Claim
from payerbook.cli import claims, options
from payerbook.cli.checking import checked
from payerbook.cli.fix_output import Workshop
from payerbook.cli.output import Output, Tally, make
from payerbook.cli.progress import Progress
from payerbook.cli.style import count
from payerbook.engine import baseline
from payerbook.engine.baseline import Baseline, Entry
from payerbook.engine.selection import GRADES
from payerbook.errors import Problem, UsageError
from payerbook.formats.base import Read, Reader
from payerbook.formats.detect import open_claims

STRICT = {"claim": ("claim", "table"), "record": ("claim", "table", "record"), "chart": ("claim", "table", "record", "chart")}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", metavar="FILE", help="a file of claims; - is standard input")
    parser.add_argument("--payer", metavar="ID", help="check against this payer, whatever the claims say")
    parser.add_argument(
        "--today", type=options.day, metavar="DATE", help="judge how fresh sources are, and file claims that carry no date, on this day"
    )
    parser.add_argument(
        "--format", choices=("text", "json", "jsonl", "sarif", "csv", "github"), default="text", help="what to print (default: text)"
    )
    parser.add_argument("--json", action="store_const", const="json", dest="format", help="the same as --format json")
    parser.add_argument("--history", metavar="FILE", help="earlier claims of the patients, as JSON Lines")
    parser.add_argument("--from", dest="reader", metavar="NAME", help="read with a plugin's reader instead of recognizing the format")
    parser.add_argument(
        "--strict",
        nargs="?",
        const="claim",
        choices=tuple(STRICT),
        help="exit 1 also when a check of this evidence could not be answered (claim, record, chart; default claim)",
    )
    parser.add_argument(
        "--explain", action="store_true", help="show every rule, passes included, with the facts of the claim that it looked at"
    )
    _add_selection(parser.add_argument_group("which rules"))
    _add_fixes(parser.add_argument_group("fixes"))
    _add_baseline(parser.add_argument_group("findings that you keep"))
    options.refuse_on(parser)
    options.add_known_on(parser)
    options.add_policies(parser)


def _add_selection(group: argparse._ArgumentGroup) -> None:
    words = "ids, starts of ids such as a pack, or topics; with commas, or the option again"
    group.add_argument("--select", action="append", default=[], metavar="RULE,...", help=f"only these rules: {words}")
    group.add_argument("--ignore", action="append", default=[], metavar="RULE,...", help="all but these rules")
    group.add_argument("--min-grade", choices=GRADES, help="only what sources of this grade or a better one prove (A is the best)")


def _add_fixes(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--fix", action="store_true", help="make the safe fixes, show them as a diff, and check what comes out")
    target = group.add_mutually_exclusive_group()
    target.add_argument("--write", metavar="OUT", type=Path, help="write the repaired file to OUT")
    target.add_argument("--in-place", action="store_true", help="write the repaired files over the old ones")


def _add_baseline(group: argparse._ArgumentGroup) -> None:
    file = group.add_mutually_exclusive_group()
    file.add_argument("--baseline", metavar="FILE", help="list the findings that this file keeps apart, and do not count them")
    file.add_argument("--write-baseline", metavar="FILE", type=Path, help="write such a file with all findings of this run")
    group.add_argument("--reason", metavar="TEXT", help="with --write-baseline: why they are kept")
    group.add_argument("--expires", metavar="DATE", type=options.day, help="with --write-baseline: the last day on which they are kept")


class _Job:
    """One run of the command: what was asked, and what is gathered while the claims go by."""

    def __init__(self, arguments: argparse.Namespace) -> None:
        self.arguments = arguments
        self.book = _narrowed(options.load(arguments), arguments)
        payer = self.book.payer(arguments.payer).id if arguments.payer else None
        self.tally = Tally()
        self.tally.baseline = _baseline(arguments)
        asked = {"known_on": arguments.known_on, "today": arguments.today, "payer": payer}
        self.session = self.book.run(**asked, baseline=self.tally.baseline)
        self.reader = _reader(self.book, arguments.reader)
        self.output = make(arguments.format, sys.stdout, self.tally, self.book)
        self.kept: list[Entry] = []

    def check(self, read: Read, claim: Claim, names: tuple[str, ...], workshop: Workshop | None) -> None:
        """Checks the next claim; when fixes are asked for, the repaired one."""
        report, claim, more = checked(self.session, read, claim, names, workshop=workshop, explain=self.arguments.explain)
        if self.arguments.write_baseline is not None:
            self.kept += baseline.entries(report, self.arguments.reason, self.arguments.expires)
        self.output.report(report, claim, more)


def run(arguments: argparse.Namespace) -> int:
    """Exit 3: a pack did not load; 2: something could not be read; 1: a finding; 0: none."""
    _refuse(arguments)
    job = _Job(arguments)
    tally = job.tally
    if arguments.history:
        _remember(job.session, arguments.history, job.output)
    for name in arguments.files:
        _check_file(name, job)
    lost = options.warn_not_loaded(job.book)
    tally.left_out = job.book.left_out
    job.output.close(job.book.not_loaded)
    if arguments.write_baseline is not None:
        arguments.write_baseline.write_bytes(baseline.text(job.kept))
    return lost or (2 if tally.errors else 1 if tally.found or _unanswered(arguments.strict, tally) else 0)


def _reader(book: Book, name: str | None) -> Reader:
    if name is None:
        return open_claims
    readers = book.formats()
    if name not in readers:
        raise UsageError(f"No plugin brings a reader called {name!r}; known: {', '.join(sorted(readers)) or 'none'}.")
    reader: Reader = readers[name]
    return reader


def _refuse(arguments: argparse.Namespace) -> None:
    """Options that need each other, or that do not go together."""
    if (arguments.write is not None or arguments.in_place) and not arguments.fix:
        raise UsageError("--write and --in-place belong to --fix; add --fix.")
    if arguments.write is not None and len(arguments.files) > 1:
        raise UsageError("--write takes one file of claims; check the files one by one, or write --in-place.")
    if arguments.in_place and "-" in arguments.files:
        raise UsageError("Standard input cannot be changed in place; give --write OUT.")
    if arguments.fix and arguments.reader is not None:
        raise UsageError("--fix works on 837, JSON, JSON Lines and CSV, not on files read with --from.")
    if arguments.write_baseline is None:
        if arguments.reason is not None or arguments.expires is not None:
            raise UsageError("--reason and --expires belong to --write-baseline FILE.")
    elif not (arguments.reason or "").strip() or arguments.expires is None:
        raise UsageError('A baseline says why and until when: add --reason "..." and --expires YYYY-MM-DD.')


def _narrowed(book: Book, arguments: argparse.Namespace) -> Book:
    """The book with the rules that were asked for."""
    select, ignore = ([word for text in given for word in text.split(",") if word] for given in (arguments.select, arguments.ignore))
    if not (select or ignore or arguments.min_grade):
        return book
    return book.narrowed(select=select, ignore=ignore, min_grade=arguments.min_grade)


def _baseline(arguments: argparse.Namespace) -> Baseline | None:
    """The baseline, judged on --today, else on the day of the machine: an entry must not outlive its day because nobody named one."""
    if arguments.baseline is None:
        return None
    with claims.opened(arguments.baseline) as (stream, label):
        return baseline.read(stream.read(), label, arguments.today or options.clock())


def _check_file(name: str, job: _Job) -> None:
    with claims.opened(name) as (stream, label):
        workshop = Workshop(stream.read()) if job.arguments.fix else None
        with Progress(stream if workshop is None else io.BytesIO(workshop.data), label) as watched:
            items = job.reader(watched, label)
            for item in claims.enriched(job.book, items):
                if isinstance(item, Problem):
                    _cannot_read(item, job.output)
                else:
                    job.check(*item, workshop)
    if workshop is not None:
        _deliver(workshop, name, label, job.arguments)


def _cannot_read(problem: Problem, output: Output) -> None:
    """One line on standard error for every fault of input, whatever is printed on standard output."""
    print(problem, file=sys.stderr)
    output.problem(problem)


def _deliver(workshop: Workshop, name: str, label: str, arguments: argparse.Namespace) -> None:
    """Writes the repaired file where that was asked for, and says on standard error what was done."""
    target = Path(name) if arguments.in_place else arguments.write
    if target is not None:
        try:
            workshop.write(target)
        except OSError as error:
            raise UsageError(f"{target} cannot be written ({error.strerror}); choose another place.") from None
    done = f"written to {target}" if target is not None else "nothing written; add --write OUT or --in-place"
    print(f"{label}: {count(workshop.fixes, 'safe fix', 'safe fixes')} in {count(workshop.claims, 'claim')}, {done}.", file=sys.stderr)


def _remember(session: Run, name: str, output: Output) -> None:
    from payerbook.formats.claim_json import read_history

    with claims.opened(name) as (stream, label):
        for item in read_history(stream, label):
            if isinstance(item, Problem):
                _cannot_read(item, output)
            elif isinstance(item, Claim):
                session.remember(item)
            else:
                raise UsageError(f"{label}: a history item names no patient; for check, give earlier claims, one a line.")


def _unanswered(strict: str | None, tally: Tally) -> bool:
    return strict is not None and any(tally.open_evidence[evidence] for evidence in STRICT[strict])
