"""Start a pack, a rule, its cases, or a plugin: files with every setting explained, which lint leads you through."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, get_args

from payerbook.cli import options
from payerbook.cli.style import count
from payerbook.errors import UsageError
from payerbook.units import Method


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parts = parser.add_subparsers(dest="what", metavar="pack|rule|case|plugin", required=True)
    pack = parts.add_parser("pack", help="a folder with pack.yaml, sources.yaml and a README", allow_abbrev=False)
    pack.add_argument("folder", type=Path, metavar="DIR", help="the folder of the pack; it is made")
    _add_pack(pack)
    plugin = parts.add_parser("plugin", help="a distribution of your own with a pack in it, its tests and its CI", allow_abbrev=False)
    plugin.add_argument("folder", type=Path, metavar="DIR", help="the folder of the distribution; it is made")
    plugin.add_argument("--name", metavar="NAME", help="short name: the distribution is payerbook-NAME")
    _add_pack(plugin)
    rule = parts.add_parser("rule", help="a rule file, every setting of its kind explained", allow_abbrev=False)
    _add_rule(rule)
    case = parts.add_parser("case", help="cases of a rule, with the outcomes that the engine gives", allow_abbrev=False)
    case.add_argument("rule", metavar="RULE_ID", help="for example medicaid.xx.discipline-modifier")
    case.add_argument("--boundaries", action="store_true", help="cases on both sides of each day on which the rule changes")
    case.add_argument("--claim", type=Path, metavar="FILE", help="an invented claim (JSON) to move from day to day; it is written out")
    _add_policies(case)


def _add_pack(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--id", metavar="ID", help="id of the pack and payer, for example medicaid.xx")
    parser.add_argument("--title", metavar="TEXT", help="name of the payer")
    parser.add_argument("--publisher", default="", metavar="TEXT", help="who publishes the policy (default: the title)")
    parser.add_argument("--alias", action="append", default=[], metavar="NAME", help="a name people type (may be repeated)")
    parser.add_argument("--payer-id", action="append", default=[], metavar="ID", help="an EDI payer id (may be repeated)")
    parser.add_argument("--unit-method", choices=get_args(Method), help="how minutes become units, where a source says so")
    parser.add_argument("--source", metavar="REF", help="short id of the first document, for example manual-2026")
    parser.add_argument("--source-title", metavar="TEXT", help="its title")
    parser.add_argument("--source-url", metavar="URL", help="its address")
    parser.add_argument("--source-grade", choices=("A", "A*", "B", "C", "M"), default="A", help="how it was read (default: A)")
    parser.add_argument("--today", type=options.day, metavar="DATE", help="day of release and of reading (default: today)")
    _add_schemas(parser)


def _add_rule(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("rule", metavar="RULE_ID", help="id of its pack, a dot, and a name: medicaid.xx.discipline-modifier")
    parser.add_argument("--kind", metavar="KIND", help="the rule kind; the reference site explains each")
    parser.add_argument("--like", metavar="ID", help="a rule to take kind, settings and texts from")
    for name, about in (
        ("title", "what is found, in a few words"),
        ("effect", "what the payer does: deny, return, review, none"),
        ("evidence", "what answers it: claim, table, record, chart"),
        ("topic", "where it stands in the reference"),
        ("category", "what kind of problem it is"),
        ("why", "one or two sentences"),
        ("fix", "what to do"),
    ):
        parser.add_argument(f"--{name}", metavar="TEXT", help=about)
    parser.add_argument("--set", action="append", default=[], metavar="PATH=VALUE", help="a setting, or a key such as when.codes; YAML")
    start = parser.add_mutually_exclusive_group()
    start.add_argument("--from", dest="start", type=options.day, metavar="DATE", help="first day the rule stands in this form")
    start.add_argument("--attested-from", type=options.day, metavar="DATE", help="first day proved, when no source states the start")
    parser.add_argument("--known", type=options.day, metavar="DATE", help="the day the payer published it")
    options.add_sources(parser)
    parser.add_argument("--claim", type=Path, metavar="FILE", help="an invented claim (JSON) for its first cases")
    _add_policies(parser)
    _add_schemas(parser)


def _add_policies(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--policies", action="append", default=[], type=Path, metavar="DIR", help="where the pack is (default: this folder and below)"
    )


def _add_schemas(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--schemas", metavar="PLACE", help="folder or address of the JSON Schemas for editors (`payerbook schema --write`)")


def run(arguments: argparse.Namespace) -> int:
    """Exit 0 when the files are written, 2 when an option is missing or something stands in the way."""
    parts = {"pack": _pack, "plugin": _plugin, "rule": _rule, "case": _case}
    parts[arguments.what](arguments)
    return 0


def _ask(given: str | None, option: str, question: str) -> str:
    """What was given, else the answer of the person at the terminal; raises UsageError where nobody can answer."""
    if given:
        return given
    if not sys.stdin.isatty():
        raise UsageError(f"{option} is missing; add it ({question[0].lower() + question[1:]}).")
    while True:
        try:
            if answer := input(f"{question}: ").strip():
                return answer
        except EOFError:
            raise UsageError(f"{option} is missing; add it.") from None


def _maybe(given: str | None, question: str) -> str | None:
    """What was given, else an answer that may be empty; no question without a terminal."""
    if given or not sys.stdin.isatty():
        return given
    try:
        return input(f"{question} (Enter = leave open): ").strip() or None
    except EOFError:
        return None


def _said(files: Sequence[Path]) -> None:
    for file in files:
        print(f"written: {file}")


def _place(arguments: argparse.Namespace) -> str:
    from payerbook.authoring.schema import BASE_URL

    return arguments.schemas or BASE_URL


def _plan(arguments: argparse.Namespace) -> Any:
    from payerbook.authoring.documents import SourceDoc
    from payerbook.authoring.scaffold import PackPlan

    today = arguments.today or options.clock()
    id = _ask(arguments.id, "--id", "Id of the pack, for example medicaid.xx or commercial.riverside")
    title = _ask(arguments.title, "--title", "Name of the payer")
    method = _maybe(arguments.unit_method, "How minutes become units: cms, ama, hybrid or whole")
    ref = _maybe(arguments.source, "Short id of the first document that you read, for example manual-2026")
    sources = {}
    if ref is not None:
        named = _ask(arguments.source_title, "--source-title", "Title of that document")
        url = _maybe(arguments.source_url, "Its address on the web")
        read_on = today.isoformat() if arguments.source_grade in ("A", "A*", "B") else None
        publisher = arguments.publisher or title
        sources[ref] = SourceDoc(title=named, publisher=publisher, grade=arguments.source_grade, url=url, last_checked=read_on)
    release = f"{today.year}.{today.month}.0"
    return PackPlan(id, title, release, arguments.publisher, tuple(arguments.alias), tuple(arguments.payer_id), method, sources)


def _pack(arguments: argparse.Namespace) -> None:
    from payerbook.authoring import scaffold

    plan = _plan(arguments)
    _said(scaffold.write_pack(arguments.folder, plan, _place(arguments)))
    print(f"Next: payerbook new rule {plan.id}.NAME --kind KIND --policies {arguments.folder}")


def _plugin(arguments: argparse.Namespace) -> None:
    from payerbook.authoring import distribution

    name = _ask(arguments.name, "--name", "Short name of the distribution, for example riverside")
    plan = _plan(arguments)
    _said(distribution.write(arguments.folder, name, plan, _place(arguments)))
    print(f"Next: pip install {arguments.folder}, then payerbook packs {plan.id}")


def _rule(arguments: argparse.Namespace) -> None:
    from payerbook.authoring import boundaries, inheritance, parents, scaffold
    from payerbook.authoring.documents import SourceRef
    from payerbook.authoring.session import Session

    folders = arguments.policies or [Path()]
    folder = scaffold.pack_of(arguments.rule, folders).resolve()
    file = scaffold.rule_file(folder, arguments.rule)
    session = Session([folder])
    parent = session.library.parent(arguments.like) if arguments.like else None
    if arguments.like and parent is None:
        raise UsageError(f"--like: there is no usable rule {arguments.like}; write the id of an existing rule.")
    name = (
        parent.kind
        if parent is not None and parent.kind is not None
        else _ask(arguments.kind, "--kind", f"Rule kind ({', '.join(sorted(session.kinds))})")
    )
    if name not in session.kinds:
        raise UsageError(f"--kind: there is no kind {name}; known: {', '.join(sorted(session.kinds))}.")
    if parent is not None and arguments.kind not in (None, name):
        raise UsageError(f"--kind: {parent.id} is of the kind {parent.kind}; leave --kind out, or --like.")
    taken = inheritance.taken(parent)
    keys, settings = scaffold.settings(arguments.set)
    for key in ("title", *scaffold.WORDS, "why", "fix"):
        words = scaffold.WORDS.get(key, ())
        given = getattr(arguments, key) or keys.pop(key, None)
        if key not in (*taken, "why", "fix"):
            given = _maybe(given, f"{key.capitalize()}{': ' if words else ''}{', '.join(words)}")
        if words and given is not None and given not in words:
            raise UsageError(f"--{key}: {given} is not known; one of: {', '.join(words)}.")
        if given is not None:
            keys[key] = given
    start = arguments.start or arguments.attested_from
    first = _maybe(start and start.isoformat(), "First day, YYYY-MM-DD")
    cited = arguments.sources or [{"ref": ref} for ref in [_maybe(None, "Id of its source in sources.yaml")] if ref]
    sources = [SourceRef(**source) for source in cited]
    known = arguments.known and arguments.known.isoformat()
    plan = scaffold.RulePlan(
        arguments.rule, session.kinds[name], parent, keys, settings, first, arguments.attested_from is not None, known, sources
    )
    text = scaffold.rule_text(plan, _place(arguments))
    claim = _claim(arguments.claim)
    _said(scaffold.write_new({file: text}))
    session = Session([folder])
    compiled = session.library.compiled(folder)
    faults = [fault for fault in compiled.faults if not fault.note]
    marked = [str(number) for number, line in enumerate(text.splitlines(), 1) if scaffold.OPEN in line]
    if marked or faults:
        print(f"{count(len(marked), 'place')} to fill in, on lines {', '.join(marked)}" if marked else "The pack does not lint yet:")
        for fault in faults:
            print(f"  {fault.text(Path.cwd().resolve())}")
        print(f"Then: payerbook new case {arguments.rule} --boundaries --claim FILE")
        return
    assert compiled.pack is not None  # no fault
    made = next(rule for rule in compiled.pack.rules if rule.id == arguments.rule)
    recorded = parents.recheck(folder, compiled.taken, made.id)  # whoever writes the child has just read its parent
    if recorded.changes:
        recorded.file.write_text(recorded.after, "utf-8")
        print(f"written: {recorded.file}")
    _cases(*boundaries.add(session, folder, made.id, claim or boundaries.plain_claim(made), _place(arguments)))


def _case(arguments: argparse.Namespace) -> None:
    from payerbook.authoring import boundaries, scaffold
    from payerbook.authoring.session import Session

    if not arguments.boundaries:
        raise UsageError("new case needs --boundaries: cases on both sides of each day on which the rule changes.")
    claim = _claim(arguments.claim)
    folder = scaffold.pack_of(arguments.rule, arguments.policies or [Path()]).resolve()
    _cases(*boundaries.add(Session([folder]), folder, arguments.rule, claim))


def _cases(file: Path, cases: Sequence[Any]) -> None:
    print(f"written: {file}: {count(len(cases), 'case')}" if cases else f"{file} has all of them already; nothing was written")
    for case in cases:
        print(f"  {case.outcome:<15} {case.name}")
    if cases:
        print("The outcomes are what the engine says; read each against the policy before you keep it.")
    if cases and not any(case.outcome == "fail" for case in cases):
        print("None of them fails: add a case that does, or use --claim with a claim at fault.")


def _claim(file: Path | None) -> dict[str, Any] | None:
    """The first claim of a JSON file as it stands there; raises UsageError when it is none."""
    if file is None:
        return None
    from payerbook.formats.claim_json import decode_claim

    try:
        data = json.loads(file.read_text("utf-8"))
    except OSError as error:
        raise UsageError(f"--claim: {file} cannot be read: {error.strerror}.") from None
    except ValueError:
        raise UsageError(f"--claim: {file} is not JSON; give one claim as `payerbook schema claim` describes it.") from None
    first = data.get("claims", data) if isinstance(data, dict) else data
    first = first[0] if isinstance(first, list) and first else first
    decode_claim(json.dumps(first).encode())
    if not isinstance(first, dict):
        raise UsageError(f"--claim: {file} holds no claim.")
    return first
