"""All generated pages of the reference site, its navigation, and writing both to disk."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from payerbook.authoring.session import Session
from payerbook.pages import catalog as catalogs
from payerbook.pages import faults, machine, packs, project, reference
from payerbook.pages.catalog import Catalog
from payerbook.pages.rule import READING
from payerbook.pages.text import title


def pages(catalog: Catalog, base_url: str | None = None) -> Iterator[tuple[str, str]]:
    """Every generated file as (path below the documentation folder, text). The same catalog gives the same texts."""
    yield from reference.pages(catalog)
    for pack in catalog.packs:
        yield from packs.pages(catalog, pack)
    yield from faults.pages()
    yield from project.pages()
    yield from machine.pages(catalog, (base_url or "").rstrip("/"))


def navigation(catalog: Catalog) -> list[Any]:
    """The `nav` of the MkDocs configuration: packs with their topics, the pages about all, and those about payerbook."""
    listed = []
    for pack in catalog.packs:
        topics = [{title(topic): packs.topic_path(pack, topic)} for topic in catalog.topics(pack)]
        listed.append({pack.head.title: [packs.pack_path(pack), *topics]})
    return [
        {"Home": reference.HOME},
        {"Packs": [{"All rules": reference.RULES}, *listed]},
        {"Codes": reference.CODE_TABLE},
        {"How to read a rule": READING},
        {"For pack authors": [{"Rule kinds": reference.KINDS}, {"Faults in pack files": faults.navigation()}]},
        {"Project": [project.path(name) for name in project.names()]},
        {"About": "about.md"},
    ]


def write(session: Session, out: Path, *, today: date, packs: Sequence[str] | None = None, base_url: str | None = None) -> list[Path]:
    """Writes the generated Markdown and JSON below `out` and gives the files, in order.

    `today` is the day the pages show settings for, `packs` the ids of the packs to show (default: all), `base_url` the address the
    site will have. Raises PackError when a pack does not compile, UsageError for an unknown pack id.
    """
    return put(catalogs.of(session, today, packs), out, base_url)


def put(catalog: Catalog, out: Path, base_url: str | None) -> list[Path]:
    """Writes the pages of a catalog below `out` and gives the files."""
    files = []
    for path, text in pages(catalog, base_url):
        file = out / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8", newline="\n")
        files.append(file)
    return files
