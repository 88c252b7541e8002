"""Skeletons of packs and rules, with every setting of the kind explained and every place to fill in left empty, so that lint names it."""

from __future__ import annotations

import tempfile
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, get_args

import msgspec

from payerbook.authoring import inheritance
from payerbook.authoring.compiler import NOT_RULES, guess_id
from payerbook.authoring.documents import RuleDoc, SourceDoc, SourceRef
from payerbook.authoring.flow import flow, parse
from payerbook.authoring.inheritance import REQUIRED, Parent
from payerbook.authoring.schema import BASE_URL
from payerbook.authoring.session import Session
from payerbook.authoring.yamlfile import read
from payerbook.errors import UsageError
from payerbook.kinds.base import Kind
from payerbook.policy import FORMAT, Category, Effect, Evidence, Topic

WORDS: dict[str, tuple[str, ...]] = {
    "effect": get_args(Effect),
    "evidence": get_args(Evidence),
    "topic": get_args(Topic),
    "category": get_args(Category),
}
"""The closed lists of words that a rule's keys take."""

OPEN = "# fill in:"
"""Stands where an author has to write something."""

_FIXED = ("rule", "kind", "like", "params", "versions")
KEYS = tuple(field.encode_name for field in msgspec.structs.fields(RuleDoc) if field.encode_name not in _FIXED)
"""Keys of a rule file, besides its settings, that can be given a value."""

_TEXT_KEYS = ("why", "fix")


class PackPlan(NamedTuple):
    """What a new pack says about itself; `sources` maps the id of a source to what it is."""

    id: str
    title: str
    release: str
    publisher: str = ""
    aliases: tuple[str, ...] = ()
    payer_ids: tuple[str, ...] = ()
    unit_method: str | None = None
    sources: Mapping[str, SourceDoc] = {}


class RulePlan(NamedTuple):
    """What is known of a new rule. `keys` are keys of the file, `settings` those of the kind."""

    id: str
    kind: Kind[Any]
    parent: Parent | None = None
    keys: Mapping[str, Any] = {}
    settings: Mapping[str, Any] = {}
    start: str | None = None
    attested: bool = False
    known: str | None = None
    sources: Sequence[SourceRef] = ()


def header(schema: str, place: str = BASE_URL) -> str:
    """The first line that tells editors which schema a file follows; `place` is the folder or address of the schemas."""
    return f"# yaml-language-server: $schema={place.rstrip('/')}/{schema}.json\n"


def pack_files(plan: PackPlan, place: str = BASE_URL) -> dict[str, str]:
    """The files of a new pack by name: pack.yaml, sources.yaml, README.md."""
    return {"pack.yaml": _pack(plan, place), "sources.yaml": _sources(plan, place), "README.md": _readme(plan)}


def _pack(plan: PackPlan, place: str) -> str:
    method = (
        f"unit_method: {plan.unit_method}\n"
        if plan.unit_method
        else "# unit_method: cms        # cms, ama, hybrid or whole: how minutes become units; leave out while nobody has read it\n"
    )
    return (
        header("pack", place) + f"pack: {flow(plan.id)}\n"
        f'format: "{FORMAT}"\n'
        f"title: {flow(plan.title)}\n"
        f"version: {flow(plan.release)}        # CalVer YYYY.M.N of the release\n"
        f"publisher: {flow(plan.publisher or plan.title)}\n"
        f"aliases: {flow(list(plan.aliases))}        # names people type and claims carry\n"
        f"payer_ids: {flow(list(plan.payer_ids))}        # EDI payer ids, in quotes\n"
        f"{method}"
        "review_days: 365        # after how many days a source has to be read again\n"
        "official: []        # whose documents, besides the publisher's, may have grade A: the state, CMS, a court\n"
        "holes: []        # what is known to be missing, one sentence each\n"
    )


def _sources(plan: PackPlan, place: str) -> str:
    text = header("sources", place) + (
        "# One entry a document: its id, and what was read.\n"
        "# grade: A own document, A* verbatim public copy of an official table, B secondary, C weak, M memory\n"
    )
    if not plan.sources:
        example = "{title: Provider manual, publisher: The payer, grade: A, url: https://example.org/manual.pdf, last_checked: 2026-01-31}"
        return f"{text}# Example: manual: {example}\n{{}}\n"
    for id, source in plan.sources.items():
        text += f"{flow(id)}:\n" + "".join(f"  {name}: {flow(value)}\n" for name, value in msgspec.to_builtins(source).items())
    return text


def _readme(plan: PackPlan) -> str:
    return (
        f"# {plan.title}\n\n"
        f"Rules of the payer `{plan.id}` for payerbook.\n\n"
        "| file | what it is |\n|---|---|\n"
        "| `pack.yaml` | the payer: id, names people type, EDI payer ids |\n"
        "| `sources.yaml` | the documents that the rules cite |\n"
        "| `<rule>.yaml` | one rule, dated and cited |\n"
        "| `<rule>.test.yaml` | claims that the rule must pass, must fail, or cannot judge |\n\n"
        "```sh\n"
        f"payerbook new rule {plan.id}.NAME --kind KIND   # a new rule, every setting explained\n"
        f"payerbook new case {plan.id}.NAME --boundaries  # cases on both sides of its dates\n"
        "payerbook lint .\n"
        "payerbook test .\n"
        f"payerbook check claim.json --payer {plan.id} --policies .\n"
        "```\n\n"
        "Not legal or billing advice.\n"
    )


def rule_text(plan: RulePlan, place: str = BASE_URL) -> str:
    """A rule file: what the plan knows is written, what it does not know and lint asks for stands empty with a word on what goes there."""
    lines = [f"rule: {plan.id}"]
    taken = inheritance.taken(plan.parent)
    if plan.parent is not None:
        lines.append(f"like: {plan.parent.id}        # kind, settings and texts come from there")
    if "kind" not in taken:
        lines.append(f"kind: {plan.kind.name}")
    for name in REQUIRED[1:]:
        if name in plan.keys:
            lines.append(f"{name}: {flow(plan.keys[name])}")
        elif name not in taken:
            lines += [f"# {line}" for line in textwrap.wrap(f"one of: {', '.join(WORDS[name])}", 130)] if name in WORDS else []
            lines.append(f"{name}:        {OPEN} {'one of these words' if name in WORDS else 'what is found, in a few words'}")
    for name, value in plan.keys.items():
        if name not in REQUIRED and name not in _TEXT_KEYS:
            lines.append(f"{name}: {flow(value)}")
    if "when" not in plan.keys and plan.parent is None:
        lines.append('# when: {codes: ["97110"]}        # what the rule looks at; absent = every line')
    lines += [*_params(plan), *_version(plan)]
    for name, hint in (("why", "One or two sentences."), ("fix", "What to do.")):
        if name in plan.keys:
            lines += [f"{name}: >", textwrap.indent(textwrap.fill(str(plan.keys[name]), 130), "  ")]
        elif name not in taken:
            lines.append(f"# {name}: {hint}")
    return header("rule", place) + "\n".join(lines) + "\n"


def _params(plan: RulePlan) -> list[str]:
    schema = msgspec.json.schema(plan.kind.params)["$defs"][plan.kind.params.__name__]
    inherited = inheritance.settings(plan.parent)
    lines: list[str] = []
    for name, about in schema["properties"].items():
        lines += [f"  # {line}" for line in textwrap.wrap(about.get("description", ""), 130)]
        if name in plan.settings:
            lines.append(f"  {name}: {flow(plan.settings[name])}")
        elif name in inherited:
            lines.append(f"  # {name}: {flow(inherited[name])}        # as in {plan.parent.id if plan.parent else ''}")
        elif name in schema.get("required", ()):
            lines.append(f"  {name}:        {OPEN} {_form(about)}")
        else:
            lines.append(f"  # {name}: {flow(about.get('default'))}        # {_form(about)}; this is the default")
    live = any(not line.startswith("  #") for line in lines)
    unknown = {name: value for name, value in plan.settings.items() if name not in schema["properties"]}
    if unknown:
        known = ", ".join(schema["properties"]) or "none"
        raise UsageError(f"--set: the kind {plan.kind.name} has no setting {', '.join(unknown)}; known: {known}; keys: {', '.join(KEYS)}.")
    return ["params:" if live else "params: {}", *lines]


def _form(about: Mapping[str, Any]) -> str:
    """What a setting takes, in a few words."""
    if "enum" in about:
        return "one of " + ", ".join(str(word) for word in about["enum"] if word is not None)
    if "anyOf" in about:
        return " or ".join(_form(one) for one in about["anyOf"] if one.get("type") != "null")
    if about.get("type") == "array":
        return f"a list, each {_form(about['items'])}" if isinstance(about.get("items"), dict) else "a list"
    words = {"string": "text", "integer": "a whole number", "number": "a number", "boolean": "true or false"}
    return words.get(about.get("type", ""), "a map; the schema of rule files shows its keys")


def _version(plan: RulePlan) -> list[str]:
    first = "attested_from" if plan.attested else "from"
    hint = "the first day, YYYY-MM-DD (attested_from: the first day proved, when no source states the start)"
    start = plan.start or f"       {OPEN} {hint}"
    sources = flow(msgspec.to_builtins(plan.sources)) if plan.sources else f"[{{ref: }}]        {OPEN} the id of a source in sources.yaml"
    known = f"    known: {plan.known}" if plan.known else "    # known: the day the payer published it, YYYY-MM-DD"
    changed = "    # changed: What changed, in a biller's words."
    return ["versions:", f"  - {first}: {start}".rstrip(), known, f"    sources: {sources}", changed]


def settings(given: Sequence[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Keys of the rule file and settings of its kind from `path=value` texts; a dot goes one map down, `params.` is a setting."""
    keys: dict[str, Any] = {}
    values: dict[str, Any] = {}
    for text in given:
        path, equals, raw = text.partition("=")
        parts = path.strip().split(".")
        if not equals or not all(parts):
            raise UsageError("--set takes path=value, for example --set any_of='[GP, GO]' or --set when.codes='[\"97110\"]'.")
        if parts[0] == "params":
            parts = parts[1:]
            into = values
        else:
            into = keys if parts[0] in KEYS else values
        if not parts:
            raise UsageError("--set params takes the name of a setting after the dot.")
        for part in parts[:-1]:
            into = into.setdefault(part, {})
            if not isinstance(into, dict):
                raise UsageError(f"--set {path}: {part} has a value already; give the whole of it at once.")
        into[parts[-1]] = parse(raw, f"--set {path}")
    return keys, values


def pack_of(rule: str, folders: Sequence[Path]) -> Path:
    """The folder below `folders` that holds the pack of a rule; raises UsageError when there is none."""
    pack = rule.rpartition(".")[0]
    heads = [file for folder in folders for file in sorted(folder.rglob("pack.yaml"))]
    for file in heads:
        data = read(file).data
        own = data.get("overrides") or data.get("pack") if isinstance(data, dict) else guess_id(file.parent)
        if own == pack:
            return file.parent
    raise UsageError(
        f"There is no pack {pack or rule} below {', '.join(map(str, folders))}; say with --policies where it is, or make it with "
        "`payerbook new pack`."
    )


def write_pack(folder: Path, plan: PackPlan, place: str = BASE_URL) -> list[Path]:
    """Writes a new pack; gives its files. Raises UsageError, before anything is written, when it would not lint or the id is taken."""
    refuse(plan)
    return write_new({folder / name: text for name, text in pack_files(plan, place).items()})


def refuse(plan: PackPlan) -> None:
    """Raises UsageError when a pack of this plan would not lint, or its id is taken by a pack on file."""
    if any(guess_id(one) == plan.id for one in Session().library.folders):
        raise UsageError(f"--id: there is a pack {plan.id} already; choose another id, or override it (docs/format.md).")
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made).resolve()
        write_new({folder / name: text for name, text in pack_files(plan).items()})
        faults = [fault for fault in Session([folder]).library.compiled(folder).faults if not fault.note]
    if faults:
        raise UsageError(f"Nothing was written: {faults[0].place}: {faults[0].message}.")


def write_new(files: Mapping[Path, str]) -> list[Path]:
    """Writes files that must not exist yet; raises UsageError, before anything is written, when one does."""
    there = [file for file in files if file.exists()]
    if there:
        raise UsageError(f"{there[0]} exists already; nothing was written.")
    for file, text in files.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    return list(files)


def rule_file(folder: Path, rule: str) -> Path:
    """Where a rule of a pack stands; raises UsageError for a name that rule files cannot have."""
    name = f"{rule.rpartition('.')[2]}.yaml"
    if name in NOT_RULES:
        raise UsageError(f"{rule}: {name} is not the name of a rule file; choose another name.")
    return folder / name
