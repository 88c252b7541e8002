"""All generated pages of the reference site, its navigation, and writing both to disk."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from payerbook.authoring.session import Session
from payerbook.pages import (
    alike,
    bulk,
    calc,
    cell,
    changes,
    checker,
    checklist,
    code,
    denial,
    faults,
    glossary,
    guide,
    home,
    machine,
    matrix,
    packs,
    payer,
    places,
    programs,
    project,
    quality,
    reference,
    remark,
    search,
    sitemap,
    sources,
    topics,
    twins,
    upcoming,
)
from payerbook.pages import catalog as catalogs
from payerbook.pages.catalog import Catalog
from payerbook.pages.record import Record
from payerbook.pages.rule import READING
from payerbook.pages.text import title


def pages(catalog: Catalog, base_url: str | None = None) -> Iterator[tuple[str, str]]:
    """Every generated file as (path below the documentation folder, text). The same catalog gives the same texts."""
    base, record, made = (base_url or "").rstrip("/"), Record(catalog), set()
    for path, text in _below_home(catalog, record, base):
        made.add(path)
        yield path, text
    yield from programs.pages(catalog, frozenset(made), base)
    yield from home.pages(catalog, record, made)


def _below_home(catalog: Catalog, record: Record, base: str) -> Iterator[tuple[str, str]]:
    yield from reference.pages(catalog)
    for pack in catalog.packs:
        yield from packs.pages(catalog, pack)
    yield from code.pages(catalog)
    if catalog.answers.packs():
        yield from payer.pages(catalog)
        yield from cell.pages(catalog)
        yield from matrix.pages(catalog)
        yield from alike.pages(catalog)
    yield from changes.pages(catalog, record, base)
    yield from upcoming.pages(catalog, record, base)
    yield from quality.pages(catalog)
    yield from denial.pages(catalog)
    yield from remark.pages(catalog)
    yield from topics.pages(catalog)
    yield from guide.pages(catalog)
    yield from glossary.pages(catalog)
    yield from sources.pages(catalog)
    yield from checklist.pages(catalog)
    yield from search.pages(catalog, record)
    yield from checker.pages(catalog)
    yield from calc.pages(catalog)
    yield from faults.pages()
    yield from project.pages()
    yield from machine.pages(catalog, record, base)


def navigation(catalog: Catalog) -> list[Any]:
    """The `nav` of the MkDocs configuration: packs with their topics, the pages about all, and those about payerbook."""
    listed = []
    for pack in catalog.packs:
        topics = [{title(topic): packs.topic_path(pack, topic)} for topic in catalog.topics(pack)]
        listed.append({pack.head.title: [packs.pack_path(pack), *topics]})
    beside = [*matrix.navigation(), {"Payers that are alike": places.ALIKE}]
    answers = [{"Payers": places.PAYERS}, {"Codes": places.CODES}, {"Side by side": beside}]
    return [
        {"Home": home.HOME},
        {"Check a claim": checker.PAGE},
        {"Calculators": calc.navigation()},
        *(answers if catalog.answers.packs() else [{"Codes": places.CODES}]),
        {"Denial codes": [places.DENIALS, {"Remark codes": places.REMARKS}]},
        {
            "Topics": [
                places.TOPICS,
                *({one.title: places.guide_file(name)} for name, one in catalog.session.handbooks.handbook.guides.items()),
                {"Glossary": places.GLOSSARY},
                {"Myths": places.MYTHS},
                {"Checklists": places.CHECKLISTS},
                {"Sources": places.SOURCES},
            ]
        },
        {"Changes": [places.CHANGES, {"Coming up": places.UPCOMING}]},
        {"Rules": [{"All rules": reference.RULES}, {"How to read a rule": READING}, *listed]},
        {"For pack authors": [{"Rule kinds": reference.KINDS}, {"Faults in pack files": faults.navigation()}]},
        {"Project": [project.path(name) for name in project.names()]},
        {
            "About": [
                {"Quality": places.QUALITY},
                {"Contribute": places.CONTRIBUTE},
                {"For programs": places.PROGRAMS},
                {"Privacy and license": "legal.md"},
            ]
        },
    ]


def write(session: Session, out: Path, *, today: date, packs: Sequence[str] | None = None, base_url: str | None = None) -> list[Path]:
    """Writes the generated Markdown and JSON below `out` and gives the files, in order.

    `today` is the day the pages show settings for, `packs` the ids of the packs to show (default: all), `base_url` the address the
    site will have. Raises PackError when a pack does not compile, UsageError for an unknown pack id.
    """
    return put(catalogs.of(session, today, packs), out, base_url)


def beside(catalog: Catalog, docs: Path, base_url: str | None) -> Iterator[tuple[str, bytes]]:
    """What a built site holds beside its pages, as (path, bytes): bulk files, the Markdown twin of each page in `docs`, the site map."""
    base = (base_url or "").rstrip("/")
    yield from bulk.files(catalog, Record(catalog), base)
    pages = sorted(page for page in docs.rglob("*.md") if page.is_file())  # a pack of Maryland is a folder called medicaid.md
    for page in pages:
        folder = page.parent if page.name == "index.md" else page.with_suffix("")
        yield (folder / "index.md").relative_to(docs).as_posix(), twins.markdown(page.read_text("utf-8")).encode()
    yield sitemap.SITEMAP, sitemap.sitemap(catalog, (page.relative_to(docs).as_posix() for page in pages), base).encode()


def put(catalog: Catalog, out: Path, base_url: str | None) -> list[Path]:
    """Writes the pages of a catalog below `out` and gives the files."""
    files = []
    for path, text in pages(catalog, base_url):
        file = out / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8", newline="\n")
        files.append(file)
    return files
