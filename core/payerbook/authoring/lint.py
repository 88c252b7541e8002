"""All checks of the files of packs, and all their cases, for the commands `lint` and `test`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from payerbook.authoring import datasets, memory, parents, yamlfile
from payerbook.authoring.bundle import pack_folders
from payerbook.authoring.cases import SUFFIX, CaseResult, test_files
from payerbook.authoring.checks import plausible, references, staleness, timeline, wording, written_cases
from payerbook.authoring.checks.files import PackFiles
from payerbook.authoring.checks.wording import Reference
from payerbook.authoring.compiler import NOT_RULES, Compiled, guess_id
from payerbook.authoring.faults import Fault
from payerbook.authoring.session import Session
from payerbook.errors import UsageError
from payerbook_plugins import policies

_TABLES_CODE = memory.code_of([Path(datasets.__file__)], "msgspec")


def lint(paths: Sequence[Path], *, today: date | None = None, against: Sequence[Path] = (), jobs: int = 1) -> list[Fault]:
    """Every fault and note of the packs at the paths (default: all bundled ones), in order of file and place.

    Of a file of a pack: its own, those of the cases beside it, and of the whole pack where all rules rest on the file. Files that
    belong to no pack are passed over. `today` asks for sources that have to be read again by then as well, `against` names documents
    whose sentences the texts may not repeat; `jobs` processes parse.
    """
    session, chosen = _session(paths, jobs)
    files = [path for path in paths if path.is_file()]
    documents = [Reference(file) for file in against]
    faults = [*session.library.faults]
    for one in _packs(session, chosen):
        faults.extend(one.faults)
        faults.extend(() if one.templates else written_cases.check(session, one))
        faults.extend(_compiled(session, one, today, documents))
    if not paths:
        faults.extend(_shared(session))
    kept = [fault for fault in faults if not files or _asked(fault.file, paths, files)]
    return sorted(dict.fromkeys(kept))


def run_cases(paths: Sequence[Path], *, jobs: int = 1) -> list[CaseResult]:
    """The result of every case at the paths (default: all bundled packs); of a rule's file, of its cases; `jobs` processes parse."""
    session, _ = _session(paths, jobs)
    files = dict.fromkeys(file for path in paths or [policies()] for file in test_files(path))
    return [result for file in files for result in session.runner.run(file)]


def in_pack(file: Path) -> bool:
    """Whether a file is one of those that make a pack."""
    return file.suffix == ".yaml" and (file.parent / "pack.yaml").is_file()


def _session(paths: Sequence[Path], jobs: int) -> tuple[Session, list[Path]]:
    """A session that knows the packs at the paths, and their folders; of other packs only what these take from is read."""
    for path in paths:
        if not path.exists():
            raise UsageError(f"{path} does not exist; give a folder of packs or one of their files.")
    session = Session([path for path in paths if path.is_dir() or in_pack(path)])
    chosen = {folder.resolve() for folder in pack_folders(path for path in paths if path.is_dir())}
    chosen |= {path.parent.resolve() for path in paths if path.is_file() and in_pack(path)}
    folders = [folder for folder in session.library.folders if not paths or folder.resolve() in chosen]
    yamlfile.prepare((file for folder in folders for file in sorted(folder.glob("*.yaml"))), jobs)
    return session, folders


def _packs(session: Session, folders: Sequence[Path]) -> list[Compiled]:
    """The packs in the folders, compiled; where any two packs have one id, compared with all."""
    library = session.library
    ids = Counter(guess_id(folder) for folder in library.folders)
    if any(ids[guess_id(folder)] > 1 for folder in folders):
        return [one for one in library.all() if one.folder in folders]
    return [library.compiled(folder) for folder in folders]


def _asked(file: Path, paths: Sequence[Path], files: Sequence[Path]) -> bool:
    """Whether a fault of `file` belongs to what was asked for, where single files were."""
    file = file.resolve()
    for path in paths:
        own = path.resolve()
        if path not in files:
            if file.is_relative_to(own):
                return True
        elif file.parent == own.parent:
            beside = own.with_name(own.name.removesuffix(SUFFIX).removesuffix(".yaml") + SUFFIX)
            if own.name in NOT_RULES or file in (own, beside):
                return True
    return False


def _compiled(session: Session, one: Compiled, today: date | None, documents: Sequence[Reference]) -> Iterator[Fault]:
    """What is looked at once a pack compiles."""
    if one.pack is None:
        return
    files = PackFiles(one.folder, one.pack)
    yield from parents.faults(one.folder, one.id, one.taken)
    yield from timeline.check(files)
    yield from references.check(files, lambda rule: session.library.parent(rule) is not None)
    yield from plausible.check(files, session.kinds)
    yield from wording.check(files, documents)
    if today is not None:
        yield from staleness.check(files, today)


def _shared(session: Session) -> Iterator[Fault]:
    """Faults of what the bundled packs share: codes, sets of codes, denial codes, topics, dated tables."""
    codes = policies() / "_codes"
    for file in sorted(codes.glob("*.yaml")):
        yield from wording.labels(yamlfile.read(file))
    yield from references.unused_sets(codes, session.library.folders)
    yield from session.handbooks.faults
    for manifest in sorted((policies() / "_datasets").glob("*/manifest.yaml")):
        key = memory.key("table", _TABLES_CODE, *map(memory.content, sorted(manifest.parent.iterdir())))
        if memory.current().get(key) is not None:
            continue
        found = datasets.check_manifest(manifest)
        if not found:
            memory.current().put(key, b"")
        yield from (Fault(manifest, 1, 1, "", text, "PB005") for text in found)
