"""What programs take away beside the pages: the answer of each payer on each code, tables of everything, the rules for language models.

These files are written after the pages, past MkDocs: they are many, and no page is made from them.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from typing import NamedTuple

from payerbook.claim import SCHEMA_VERSION
from payerbook.pages import asof
from payerbook.pages.catalog import Catalog
from payerbook.pages.comparing import all_of
from payerbook.pages.places import payer_file
from payerbook.pages.published import Asked, Point, text
from payerbook.pages.record import Record
from payerbook.pages.view import View

FULL = "llms-full.txt"


class PayerCodeAnswer(Asked, frozen=True, kw_only=True):
    """The answer of one payer on one code. `history` is the file with the answers of all days."""

    payer: str
    title: str
    code: str
    label: str
    url: str
    history: str
    answer: View
    points: dict[str, Point]


class Table(NamedTuple):
    """A table to take away; `path` is without the ending (.csv, and .parquet where pyarrow is installed)."""

    path: str
    about: str
    columns: tuple[str, ...]


RULES = Table(
    "data/rules",
    "One row a rule, as it stands on the day of the site",
    (
        "rule", "payer", "title", "topic", "category", "evidence", "status", "in_force", "since", "attested", "until", "known", "effect",
        "severity", "grades", "last_checked", "sentence", "codes", "denials", "url",
    ),
)  # fmt: skip
ANSWERS = Table(
    "data/answers",
    "One row a payer and code of which a rule speaks",
    ("payer", "code", "covered", "why", "authorization", "limits", "modifiers", "grades", "last_checked", "url"),
)
CHANGES = Table(
    "data/changes",
    "One row a change and payer",
    (
        "id",
        "on",
        "what",
        "payer",
        "rule",
        "title",
        "topic",
        "date_basis",
        "known",
        "before",
        "after",
        "note",
        "codes_added",
        "codes_removed",
    ),
)
TABLES = (RULES, ANSWERS, CHANGES)
_Rows = list[tuple[str | None, ...]]


def answer_path(payer: str, code: str) -> str:
    """The file with the answer of a payer on a code."""
    return f"api/v1/payers/{payer}/codes/{code}.json"


def told(catalog: Catalog, payer: str) -> list[str]:
    """The codes of which some rule of a payer speaks."""
    answers = catalog.answers
    return [code for code in sorted(catalog.codes) if answers.view(payer, code).sources or answers.cell_page(payer, code)]


def files(catalog: Catalog, record: Record, base_url: str) -> Iterator[tuple[str, bytes]]:
    """All of them, as (path, bytes); addresses inside begin with `base_url`, which ends without a slash."""
    for head in catalog.answers.packs():
        for code in told(catalog, head.id):
            yield answer_path(head.id, code), _answer(catalog, head.id, head.title, code, base_url)
    for table, rows in ((RULES, _rules(catalog, base_url)), (ANSWERS, _answers(catalog, base_url)), (CHANGES, _changes(record))):
        yield f"{table.path}.csv", _csv(table, rows)
        if find_spec("pyarrow") is not None:
            yield f"{table.path}.parquet", _parquet(table, rows)
    yield FULL, "\n".join(_full(catalog, base_url)).encode()


def page_of(catalog: Catalog, payer: str, code: str) -> str:
    """Where people read the answer, below the root of the site."""
    own = catalog.answers.cell_page(payer, code)
    return own.removesuffix("index.md") if own else f"{payer_file(payer).removesuffix('index.md')}#{code}"


def _answer(catalog: Catalog, payer: str, title: str, code: str, base_url: str) -> bytes:
    found = PayerCodeAnswer(
        schema_version=SCHEMA_VERSION,
        as_of=catalog.today,
        place_of_service=catalog.answers.place,
        payer=payer,
        title=title,
        code=code,
        label=catalog.codes[code].label,
        url=f"{base_url}/{page_of(catalog, payer, code)}",
        history=f"{base_url}/{asof.path(code)}",
        answer=catalog.answers.view(payer, code),
        points=all_of(catalog, catalog.answers.row(payer, code)),
    )
    return text(found).encode()


def _rules(catalog: Catalog, base_url: str) -> _Rows:
    rows: _Rows = []
    for pack in catalog.packs:
        for rule in pack.rules:
            found = catalog.standing(pack, rule)
            version = found.version
            checked = min((source.last_checked for source in version.sources if source.last_checked), default=None)
            sentence = None if version.hole else catalog.sentence(rule, version)
            dates = (str(version.start), _flag(version.attested), _or(version.end), _or(version.known))
            about = (rule.id, pack.head.id, rule.title, rule.topic, rule.category, rule.evidence, rule.status, _flag(found.gap is None))
            proof = (version.effect, found.severity, found.grades, _or(checked))
            rows.append((*about, *dates, *proof, sentence, " ".join(version.when.codes or ()), " ".join(rule.denials), base_url + rule.url))
    return rows


def _answers(catalog: Catalog, base_url: str) -> _Rows:
    rows: _Rows = []
    for head in catalog.answers.packs():
        for code in told(catalog, head.id):
            shown = catalog.answers.view(head.id, code)
            grades = " ".join(sorted({source.grade for source in shown.sources}))
            checked = min((source.last_checked for source in shown.sources if source.last_checked), default=None)
            lists = (" ".join(shown.why), shown.authorization, "; ".join(shown.limits), "; ".join(shown.modifiers))
            address = f"{base_url}/{page_of(catalog, head.id, code)}"
            rows.append((head.id, code, shown.covered, *lists, grades, _or(checked), address))
    return rows


def _changes(record: Record) -> _Rows:
    rows: _Rows = []
    for entry in record.all:
        change = entry.change
        for payer in entry.payers:
            rule = f"{payer}.{change.rule.rpartition('.')[2]}"
            about = (entry.uid, str(change.on), change.what, payer, rule, change.title, change.topic, change.date_basis)
            codes = (" ".join(change.codes_added), " ".join(change.codes_removed))
            rows.append((*about, _or(change.known), change.before, change.after, change.changed, *codes))
    return rows


def _flag(value: bool) -> str:
    return "true" if value else "false"


def _or(value: object) -> str | None:
    return None if value is None else str(value)


def _csv(table: Table, rows: Sequence[Sequence[str | None]]) -> bytes:
    held = io.StringIO()
    writer = csv.writer(held, lineterminator="\r\n")
    writer.writerow(table.columns)
    writer.writerows(rows)
    return held.getvalue().encode()


def _parquet(table: Table, rows: Sequence[Sequence[str | None]]) -> bytes:
    import pyarrow
    import pyarrow.parquet

    columns = [pyarrow.array([row[place] for row in rows], pyarrow.string()) for place in range(len(table.columns))]
    held = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.table(columns, names=list(table.columns)), held, compression="zstd")
    return held.getvalue()


def _full(catalog: Catalog, base_url: str) -> Iterator[str]:
    """Every rule in a line, by payer."""
    yield "# payerbook: every rule in one line"
    yield ""
    yield f"> Rules as of {catalog.today}. Each line: what is found, what the rule says, since when, grades of its sources, its page."
    yield "> Not legal or billing advice."
    for pack in catalog.packs:
        yield ""
        yield f"## {pack.head.title}"
        yield ""
        for rule in pack.rules:
            found = catalog.standing(pack, rule)
            if found.gap is None:
                since = f"first day proved {found.version.start}" if found.version.attested else f"since {found.version.start}"
                said = " ".join(catalog.sentence(rule, found.version).split())
                yield f"- {rule.title}: {said} ({since}; grade {found.grades}; {base_url}{rule.url})"
    yield ""
