"""How well the written cases of a pack guard its rules: faults are put into a copy one at a time, and cases that still hold missed them.

Each rule is judged by its own cases alone. Dated tables are left as they are.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec

from payerbook.authoring.bundle import pack_folders
from payerbook.authoring.cases import SUFFIX, judge
from payerbook.authoring.compiler import Compiled, rule_files
from payerbook.authoring.documents import TestsDoc
from payerbook.authoring.mutations import Mutant, mutants
from payerbook.authoring.session import Session
from payerbook.authoring.yamlfile import Document, read
from payerbook.engine.program import Program
from payerbook.errors import UsageError
from payerbook.policy import Pack, Rule


class Survivor(msgspec.Struct, frozen=True):
    """A fault that no case notices: the place of the setting, what stands there, the fault, and the case that would notice it."""

    file: Path
    line: int
    setting: str
    value: str
    mutant: str
    write: str


class RuleStrength(msgspec.Struct, frozen=True):
    """Faults put into one rule: those that its cases notice, those that lint refuses, and the rest."""

    rule: str
    noticed: int
    lint: int
    survivors: tuple[Survivor, ...]

    @property
    def tried(self) -> int:
        """Faults that lint lets pass, so that only a case can notice them."""
        return self.noticed + len(self.survivors)

    @property
    def percent(self) -> float:
        """Of the faults that lint lets pass, how many in a hundred the cases notice; 100 when there is none."""
        return percent(self.noticed, self.tried)


def percent(noticed: int, tried: int) -> float:
    """`noticed` of `tried` in a hundred, cut (never rounded up) to one decimal."""
    return noticed * 1000 // tried / 10 if tried else 100.0


def find_pack(session: Session, name: str) -> Compiled:
    """A pack of the session by its id, or by its folder; one that is not there or does not compile is a `UsageError`."""
    folder = Path(name).resolve()
    packs = {one.id: one for one in session.library.all()}
    found = packs.get(name) or next((one for one in packs.values() if one.folder.resolve() == folder), None)
    if found is None:
        raise UsageError(f"there is no pack {name}; give the folder of a pack or one of: {', '.join(sorted(packs))}.")
    if found.pack is None:
        raise UsageError(f"the pack {found.id} does not compile; run `payerbook lint` first.")
    return found


def open_session(*names: str) -> Session:
    """A session that knows the bundled packs and, where a name is a folder with a pack, that one too."""
    folders = [Path(name) for name in names]
    return Session([folder for folder in folders if folder.is_dir() and pack_folders([folder])])


def chosen(one: Compiled, rules: Sequence[str], since: str | None) -> list[Path]:
    """The rule files of a pack: those named by id or file name, and of these only what changed since a revision of git."""
    files = {file.name.removesuffix(".yaml"): file for file in rule_files(one.folder)}
    names = [rule.rpartition(".")[2] for rule in rules]
    for name in names:
        if name not in files:
            raise UsageError(f"the pack {one.id} has no rule {name}; `payerbook packs {one.id}` names its rules.")
    kept = [file for name, file in files.items() if not names or name in names]
    if since is None:
        return kept
    changed = _changed(one.folder, since)
    return [file for file in kept if {file.name, file.name.removesuffix(".yaml") + SUFFIX} & changed]


def _changed(folder: Path, since: str) -> set[str]:
    """Names of the files directly in a folder that differ from a revision of git, new ones included."""
    lines: list[str] = []
    for command in (["diff", "--name-only", "--relative", since, "--", "."], ["ls-files", "--others", "--exclude-standard", "--", "."]):
        try:
            done = subprocess.run(["git", "-C", str(folder), *command], capture_output=True, text=True, check=True)
        except (OSError, subprocess.CalledProcessError):
            raise UsageError(f"git knows no revision {since} for the folder of the pack; name a commit, a branch or a tag.") from None
        lines += done.stdout.splitlines()
    return set(lines)


def measure(session: Session, one: Compiled, files: Sequence[Path], step: Callable[[], object]) -> Iterator[RuleStrength]:
    """The strength of each rule file, in order; calls `step` after each file.

    Left out are drafts, rules on hold, and rules that only answer questions: no claim can tell a fault in them. Cases that do not
    hold as the rule stands are a `UsageError`.
    """
    assert one.pack is not None
    codes = sorted(session.library.vocabulary.codes)
    rules = {rule.slug: rule for rule in one.pack.rules}
    for file in files:
        rule = rules[file.name.removesuffix(".yaml")]
        if rule.status in ("active", "retired") and not session.silent(rule):
            yield _measure(session, one.pack, rule, file, codes)
        step()


def _measure(session: Session, pack: Pack, rule: Rule, file: Path, codes: Sequence[str]) -> RuleStrength:
    beside = file.with_name(rule.slug + SUFFIX)
    tests = session.runner.load(beside)[0] if beside.is_file() else None
    if tests is not None and _noticed(session, pack, rule, tests):
        raise UsageError(f"the cases of {rule.id} do not all hold; run `payerbook test` on {beside.name} first.")
    document = read(file)
    noticed = lint = 0
    survivors: list[Survivor] = []
    for mutant in mutants(rule, document, session.kinds[rule.kind], codes):
        if mutant.rule is None:
            lint += 1
        elif tests is not None and _noticed(session, pack, mutant.rule, tests):
            noticed += 1
        else:
            survivors.append(_survivor(document, mutant))
    return RuleStrength(rule.id, noticed, lint, tuple(survivors))


def _noticed(session: Session, pack: Pack, rule: Rule, tests: TestsDoc) -> bool:
    """Whether a case does not hold with the rule alone."""
    alone = msgspec.structs.replace(pack, rules=(rule,))
    program = Program([alone], session.kinds, session.tables)
    return any(judge(program, alone, tests, case)[1] for case in tests.cases)


def _survivor(document: Document, mutant: Mutant) -> Survivor:
    place = document.fault(mutant.setting, "", "")
    return Survivor(document.file, place.line, place.place, mutant.was, mutant.becomes, mutant.write)
