"""For programs: lists of payers, codes and changes under /api/v1/ with their JSON Schemas, llms.txt, and the page that explains them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from payerbook.authoring import schema
from payerbook.claim import SCHEMA_VERSION
from payerbook.pages import bulk, changes, feeds
from payerbook.pages.catalog import Catalog
from payerbook.pages.machine import INDEX
from payerbook.pages.markup import Column, Row, esc, front, href, link, table
from payerbook.pages.places import (
    CHANGES,
    CODES,
    MATRICES,
    PAYERS,
    PROGRAMS,
    QUALITY,
    UPCOMING,
    changes_file,
    code_file,
    payer_file,
    payer_name,
)  # fmt: skip
from payerbook.pages.published import PUBLISHED
from payerbook.pages.record import Record

PAYER_LIST, CODE_LIST, CHANGE_LIST = "api/v1/payers.json", "api/v1/codes.json", "api/v1/changes.json"
LLMS = "llms.txt"
_SUMMARY = "What US payers do with outpatient physical, occupational and speech therapy claims: each rule dated, cited and graded."
_ADVICE = "Not legal or billing advice; the payer's own documents decide."


def schemas(catalog: Catalog) -> dict[str, Mapping[str, Any]]:
    """The JSON Schemas of everything below /api/v1/ and beside pages, and those of claims, reports and answers, by file name."""
    made: dict[str, Mapping[str, Any]] = dict(schema.assemble(catalog.session.kinds))
    for name, shape in {**PUBLISHED, "payer-code-answer": bulk.PayerCodeAnswer}.items():
        made[f"{name}.json"] = {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": f"payerbook {name}",
            **msgspec.json.schema(shape),
        }
    return made


def pages(catalog: Catalog, record: Record, base_url: str) -> Iterator[tuple[str, str]]:
    """All of them, as (path, text); addresses in machine files begin with `base_url`, which ends without a slash."""
    yield PROGRAMS, "\n".join(_page(catalog, base_url))
    yield PAYER_LIST, _text(catalog, {"payers": [_payer(catalog, head.id, base_url) for head in catalog.answers.packs()]})
    codes = [{"code": code, **_code(catalog, code, base_url)} for code in sorted(catalog.codes)]
    yield CODE_LIST, _text(catalog, {"codes": codes})
    yield CHANGE_LIST, changes.machine(catalog, record.all)
    for name, one in sorted(schemas(catalog).items()):
        yield f"api/v1/schema/{name}", json.dumps(one, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    yield LLMS, "\n".join(_llms(catalog, base_url))


def _text(catalog: Catalog, data: Mapping[str, Any]) -> str:
    held = {"schema_version": SCHEMA_VERSION, "as_of": catalog.today, "license": "CC0-1.0", **data}
    return msgspec.json.format(msgspec.json.encode(held), indent=1).decode() + "\n"


def _payer(catalog: Catalog, id: str, base_url: str) -> dict[str, Any]:
    head = catalog.answers.payer(id)
    folder = f"{base_url}/{payer_file(id).removesuffix('index.md')}"
    return {
        **{name: getattr(head, name) for name in ("id", "title", "version", "digest", "aliases", "lines_of_business", "states")},
        "url": folder,
        "json": f"{folder}index.json",
        "feed": f"{base_url}/{changes_file(id).replace('index.md', feeds.JSON)}",
        "codes": {code: f"{base_url}/{bulk.answer_path(id, code)}" for code in bulk.told(catalog, id)},
    }


def _code(catalog: Catalog, code: str, base_url: str) -> dict[str, Any]:
    info, folder = catalog.codes[code], f"{base_url}/{code_file(code).removesuffix('index.md')}"
    about = {"label": info.label, "disciplines": info.disciplines, "timing": info.timing, "add_on_to": info.add_on_to}
    return {**about, "url": folder, "json": f"{folder}index.json", "history": f"{folder}history.json"}


def _page(catalog: Catalog, base_url: str) -> Iterator[str]:
    yield from front("For programs", search="boost: 0.3", description="JSON, CSV and feeds of payer rules for outpatient therapy")
    yield "# For programs"
    yield ""
    yield '<div class="pb-answer" markdown>'
    yield ""
    yield "Everything on this site is also there as JSON, CSV, feeds and Markdown: plain files, no key. The rules are under CC0 1.0."
    yield ""
    yield "</div>"
    yield ""
    yield (
        f"Files hold `schema_version` and `as_of` ({catalog.today}); fields are added, never renamed. "
        f"What is not known is `null` or missing, never guessed. {_ADVICE}"
    )
    yield ""
    yield "## Files { #files }"
    yield ""
    columns = [Column("Address", heads=True), Column("What it holds"), Column("Schema")]
    yield table("Files for programs", columns, (_file(*one) for one in _files(catalog)))
    yield ""
    yield "## Beside every page { #beside }"
    yield ""
    yield (
        "Take the address of a page and add `index.md`: the page as Markdown, for language models and for notes. Pages of payers, codes, "
        "matrices, changes and quality have `index.json`, too; those of codes have `history.json` with the answers of every day."
    )
    yield ""
    yield "## Tables { #tables }"
    yield ""
    columns = [Column("Table", heads=True), Column("Rows"), Column("Columns")]
    yield table("Tables to take away", columns, (_table(one) for one in bulk.TABLES))
    yield ""
    yield "## On your own machine { #engine }"
    yield ""
    yield "```python\nimport payerbook\nfrom datetime import date\n\nbook = payerbook.load()"
    yield 'print(book.coverage("Medicare Part B", "97110", on=date(2026, 11, 21)).covered)\n```'
    yield ""
    yield f'<script type="application/ld+json">{json.dumps(_dataset(catalog, base_url), ensure_ascii=False)}</script>'
    yield ""


def _files(catalog: Catalog) -> Iterator[tuple[str, str, str]]:
    yield INDEX, "Every pack and every rule, with addresses", ""
    yield PAYER_LIST, "Payers, with the codes they answer", ""
    yield CODE_LIST, "Codes with our own labels", ""
    head = next((head for head in catalog.answers.packs() if bulk.told(catalog, head.id)), None)
    if head is not None:
        code = bulk.told(catalog, head.id)[0]
        yield (
            bulk.answer_path(head.id, code),
            "The answer of one payer on one code: api/v1/payers/{id}/codes/{code}.json",
            "payer-code-answer",
        )
        yield code_file(code).replace("index.md", "index.json"), "All payers on one code: code/{code}/index.json", "code-answers"
        yield code_file(code).replace("index.md", "history.json"), "The same on every day: code/{code}/history.json", "code-history"
        yield payer_file(head.id).replace("index.md", "index.json"), "One payer: payer/{id}/index.json", "payer-answers"
    yield CHANGE_LIST, "Every change, newest first", ""
    yield CHANGES.replace("index.md", feeds.ATOM), "Changes as an Atom feed; payers have their own", ""
    yield CHANGES.replace("index.md", feeds.JSON), "Changes as a JSON Feed", ""
    yield feeds.CALENDAR, "What is ahead, for a calendar", ""
    yield "sitemap.xml", "Every page with the day of its last change", ""
    yield LLMS, "An index for language models", ""
    yield bulk.FULL, "Every rule in one line", ""


def _file(path: str, about: str, shape: str) -> Row:
    name = link(f"/{path}", href(PROGRAMS, path))
    return Row([name, esc(about), link(shape, f"v1/schema/{shape}.json") if shape else "–"])


def _table(one: bulk.Table) -> Row:
    name = link(f"/{one.path}.csv", href(PROGRAMS, f"{one.path}.csv"))
    return Row([name, esc(one.about), ", ".join(f"<code>{column}</code>" for column in one.columns)])


def _dataset(catalog: Catalog, base_url: str) -> dict[str, Any]:
    """The description that search engines for data read (schema.org)."""
    return {
        "@context": "https://schema.org",
        "@type": "Dataset",
        "name": "payerbook: payer rules for outpatient therapy billing",
        "description": _SUMMARY,
        "license": "https://creativecommons.org/publicdomain/zero/1.0/",
        "isAccessibleForFree": True,
        "dateModified": str(catalog.today),
        "spatialCoverage": "United States",
        "creator": {"@type": "Organization", "name": "payerbook"},
        "distribution": [
            {"@type": "DataDownload", "encodingFormat": "text/csv", "name": one.about, "contentUrl": f"{base_url}/{one.path}.csv"}
            for one in bulk.TABLES
        ],
    }


def _llms(catalog: Catalog, base_url: str) -> Iterator[str]:
    yield "# payerbook"
    yield ""
    yield f"> {_SUMMARY}"
    yield ""
    yield (
        f"Answers hold for {catalog.today}, professional claims from the office, unless a page says otherwise. Each answer names its rule, "
        f"the dates it holds for, and its sources with a grade (A best). What is not known is said; do not fill it in. {_ADVICE}"
    )
    yield ""
    yield "## Start here"
    yield ""
    for name, page, about in (
        ("Payers", PAYERS, "every payer on file"),
        ("Codes", CODES, "each procedure code, by payer"),
        ("Side by side", MATRICES, "payers compared on one point"),
        ("What changed", CHANGES, "before, after, proof"),
        ("Coming up", UPCOMING, "changes with a day that is still ahead"),
        ("Quality", QUALITY, "grades, freshness, gaps"),
    ):
        yield f"- [{name}]({base_url}/{page}): {about}"
    yield ""
    yield "## Payers"
    yield ""
    yield from (f"- [{payer_name(head)}]({base_url}/{payer_file(head.id)}): `{head.id}`" for head in catalog.answers.packs())
    yield ""
    yield "## Optional"
    yield ""
    yield f"- [Every rule in one line]({base_url}/{bulk.FULL})"
    yield f"- [JSON of every rule]({base_url}/{INDEX})"
    yield from (f"- [{one.about}]({base_url}/{one.path}.csv)" for one in bulk.TABLES)
    yield ""
