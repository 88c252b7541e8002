"""For programs: the page that lists their files, the index for language models, and what search engines are told."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from itertools import islice
from typing import Any

from payerbook.pages import bulk, calc, feeds
from payerbook.pages.catalog import Catalog
from payerbook.pages.jsonfiles import FILES, INDEX, JsonFile
from payerbook.pages.markup import EMPTY, Column, Row, esc, front, href, inline, link, table
from payerbook.pages.places import CHANGES, CODES, MATRICES, PAYERS, PROGRAMS, QUALITY, UPCOMING, payer_file, payer_name
from payerbook.pages.tables import TABLES, Sort, Table, told

LLMS, ROBOTS = "llms.txt", "robots.txt"
_SUMMARY = "What US payers do with outpatient physical, occupational and speech therapy claims: each rule dated, cited and graded."
_ADVICE = "Not legal or billing advice; the payer's own documents decide."


def pages(catalog: Catalog, made: Collection[str], base_url: str) -> Iterator[tuple[str, str]]:
    """All of them, as (path, text); `made` are the other files of the site, addresses begin with `base_url`, which ends without a slash."""
    yield PROGRAMS, "\n".join(_page(catalog, made, base_url))
    yield LLMS, "\n".join(_llms(catalog, base_url))
    yield ROBOTS, "User-agent: *\nAllow: /\n" + (f"\nSitemap: {base_url}/sitemap.xml\n" if base_url else "")


def _page(catalog: Catalog, made: Collection[str], base_url: str) -> Iterator[str]:
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
        f"Each JSON file says its `schema_version`, its `license`, the day that it is for (`as_of`, here {catalog.today}), the versions of "
        "the packs behind it (`pack_versions`) and a `content_hash`, which stays the same while only the day moves on. Fields are added, "
        f"never renamed. What is not known is `null` or missing, never guessed. {_ADVICE}"
    )
    yield ""
    yield "## Files { #files }"
    yield ""
    columns = [Column("Address", heads=True), Column("What it holds"), Column("Schema")]
    examples = {*made, *_an_answer(catalog)}
    rows = [_json_file(one, examples) for one in FILES]
    rows += [Row([link(f"/{path}", href(PROGRAMS, path)), esc(about), EMPTY]) for path, about in _OTHERS]
    yield table("Files for programs", columns, rows)
    yield ""
    yield "## Beside every page { #beside }"
    yield ""
    yield (
        "Take the address of a page and add `index.md`: the page as Markdown, for language models and for notes. Where there is JSON or a "
        'feed beside it, the page says so in its head (`<link rel="alternate">`).'
    )
    yield ""
    yield "## Tables { #tables }"
    yield ""
    yield (
        "Each as CSV (UTF-8, with a head line; lists joined by `; `, days as YYYY-MM-DD) and as Parquet with typed columns. "
        "Empty in CSV and null in Parquet: not known, or nothing to say."
    )
    yield ""
    for one in TABLES:
        yield from _table(one)
    yield "## On your own machine { #engine }"
    yield ""
    yield "```python\nimport payerbook\nfrom datetime import date\n\nbook = payerbook.load()"
    yield 'print(book.coverage("Medicare Part B", "97110", on=date(2026, 11, 21)).covered)\n```'
    yield ""
    yield f'<script type="application/ld+json">{json.dumps(_dataset(catalog, base_url), ensure_ascii=False)}</script>'
    yield ""


_OTHERS = (
    (CHANGES.replace("index.md", feeds.ATOM), "Changes as an Atom feed; payers have their own"),
    (CHANGES.replace("index.md", feeds.JSON), "Changes as a JSON Feed; payers have their own"),
    (feeds.CALENDAR, "What is ahead, for a calendar"),
    ("sitemap.xml", "Every page with the day of its last change"),
    (LLMS, "An index for language models"),
    (bulk.FULL, "Every rule in one line"),
)
"""Files that are no JSON of ours, and what they hold."""


def _an_answer(catalog: Catalog) -> Iterator[str]:
    """One of the files that are written past the pages."""
    answers = (bulk.answer_path(head.id, code) for head in catalog.answers.packs() for code in told(catalog, head.id))
    yield from islice(answers, 1)


def _json_file(one: JsonFile, made: Collection[str]) -> Row:
    """A sort of JSON file; one of them is linked where the address stands for many."""
    example = min((path for path in made if one.form.fullmatch(path)), default=None)
    name = esc(f"/{one.address}") if example is None else link(f"/{one.address}", href(PROGRAMS, example))
    return Row([name, esc(one.about), link(one.schema, f"v1/schema/{one.schema}.json")])


_SORTS: dict[Sort, str] = {"text": "text", "date": "day", "flag": "true or false", "list": "list of texts"}
"""The types of columns in words."""


def _table(one: Table) -> Iterator[str]:
    name = one.path.rpartition("/")[2]
    yield f"### {name.capitalize()} {{ #{name} }}"
    yield ""
    forms = " · ".join(inline(f"/{one.path}.{ending}", href(PROGRAMS, f"{one.path}.{ending}")) for ending in ("csv", "parquet"))
    yield f"{one.about}: {forms}"
    yield ""
    columns = [Column("Column", heads=True), Column("Type"), Column("What it holds")]
    rows = (Row([f"<code>{field.name}</code>", _SORTS[field.sort], _code(field.about)]) for field in one.fields)
    yield table(f"Columns of {name}", columns, rows)
    yield ""


def _code(text: str) -> str:
    """Plain text as HTML, with `code` in back quotes."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", esc(text))


def _dataset(catalog: Catalog, base_url: str) -> dict[str, Any]:
    """The description that search engines for data read (schema.org)."""
    return {
        "@context": "https://schema.org",
        "@type": "Dataset",
        "name": "payerbook: payer rules for outpatient therapy billing",
        "description": _SUMMARY,
        "license": "https://creativecommons.org/publicdomain/zero/1.0/",
        "url": f"{base_url}/{PROGRAMS.removesuffix('index.md')}",
        "isAccessibleForFree": True,
        "dateModified": str(catalog.today),
        "spatialCoverage": "United States",
        "creator": {"@type": "Organization", "name": "payerbook"},
        "distribution": [
            {"@type": "DataDownload", "encodingFormat": form, "name": one.about, "contentUrl": f"{base_url}/{one.path}.{ending}"}
            for one in TABLES
            for ending, form in (("csv", "text/csv"), ("parquet", "application/vnd.apache.parquet"))
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
        ("Calculators", calc.INDEX, "units, expected payment, yearly amount, deadlines, certification, visits"),
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
    yield from (f"- [{one.about}]({base_url}/{one.path}.csv)" for one in TABLES)
    yield ""
