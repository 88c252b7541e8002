"""Tables to take away: every rule, every answer, every change, one row each, as CSV and as Parquet with typed columns."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Literal, NamedTuple

from payerbook.engine.selection import GRADES
from payerbook.finding import Cited
from payerbook.pages.catalog import Catalog
from payerbook.pages.places import payer_file
from payerbook.pages.record import Record
from payerbook.policy import Source

Sort = Literal["text", "date", "flag", "list"]
Value = str | date | bool | Sequence[str] | None


class Field(NamedTuple):
    """A column: its name, its type (a list holds texts; CSV joins them with `; `), and what it holds."""

    name: str
    sort: Sort
    about: str


class Table(NamedTuple):
    """A table; `path` is without the ending (.csv or .parquet), `about` says what a row is."""

    path: str
    about: str
    fields: tuple[Field, ...]


RULES = Table(
    "data/rules",
    "One row a rule, as it stands on the day of the site",
    (
        Field("rule", "text", "id of the rule"),
        Field("payer", "text", "id of the pack"),
        Field("title", "text", "what the rule is called"),
        Field("topic", "text", "what it is about"),
        Field("category", "text", "sort of fault that it finds"),
        Field("evidence", "text", "what it takes to answer it: claim, table, record or chart"),
        Field("status", "text", "active, draft, on-hold or retired"),
        Field("in_force", "flag", "whether it stands on the day of the site; if not, the version nearest to the day is shown"),
        Field("since", "date", "first day of the version shown"),
        Field("attested", "flag", "whether `since` is only the first day that the sources prove"),
        Field("until", "date", "last day; empty: open"),
        Field("known", "date", "day of publication, where a source says it"),
        Field("effect", "text", "what the payer does: deny, return, review or none"),
        Field("severity", "text", "how hard payerbook says it: the effect, capped by the sources"),
        Field("grades", "list", "grades of its sources, best first"),
        Field("last_checked", "date", "day on which the source read longest ago was read"),
        Field("sentence", "text", "what it says; empty where nothing could be read"),
        Field("codes", "list", "procedure codes that it names; empty: all"),
        Field("denials", "list", "codes that it leads to on a remittance"),
        Field("url", "text", "its page"),
    ),
)
ANSWERS = Table(
    "data/answers",
    "One row a payer and code of which a rule speaks",
    (
        Field("payer", "text", "id of the payer"),
        Field("code", "text", "procedure code"),
        Field("covered", "text", "covered, conditional, not-covered or indeterminate"),
        Field("why", "list", "what the answer hangs on"),
        Field("authorization", "text", "whether prior authorization is needed"),
        Field("limits", "list", "limits of units, visits and amounts"),
        Field("modifiers", "list", "modifiers that the line needs"),
        Field("grades", "list", "grades of the sources, best first"),
        Field("last_checked", "date", "day on which the source read longest ago was read"),
        Field("url", "text", "its page"),
    ),
)
CHANGES = Table(
    "data/changes",
    "One row a change and payer",
    (
        Field("id", "text", "id of the change, the same for all payers that it came to"),
        Field("on", "date", "first day, by `date_basis`"),
        Field("what", "text", "begins, changes, ends or corrected"),
        Field("payer", "text", "id of the payer"),
        Field("rule", "text", "id of the rule"),
        Field("title", "text", "what the rule is called"),
        Field("topic", "text", "what it is about"),
        Field("date_basis", "text", "which day of a claim counts"),
        Field("known", "date", "day of publication, where a source says it"),
        Field("before", "text", "the rule in words until then"),
        Field("after", "text", "the rule in words from then on"),
        Field("note", "text", "what the author of the rule says of it"),
        Field("codes_added", "list", "procedure codes that it names from then on"),
        Field("codes_removed", "list", "procedure codes that it names no more"),
    ),
)
TABLES = (RULES, ANSWERS, CHANGES)
_Rows = Iterable[tuple[Value, ...]]
_JOIN = "; "


def files(catalog: Catalog, record: Record, base_url: str) -> Iterator[tuple[str, bytes]]:
    """Each table in both forms, as (path, bytes); addresses inside begin with `base_url`, which ends without a slash."""
    held: tuple[tuple[Table, _Rows], ...] = (
        (RULES, _rules(catalog, base_url)),
        (ANSWERS, _answers(catalog, base_url)),
        (CHANGES, _changes(record)),
    )
    for table, made in held:
        rows = list(made)
        yield f"{table.path}.csv", _csv(table, rows)
        yield f"{table.path}.parquet", _parquet(table, rows)


def page_of(catalog: Catalog, payer: str, code: str) -> str:
    """Where people read the answer of a payer on a code, below the root of the site."""
    own = catalog.answers.cell_page(payer, code)
    return own.removesuffix("index.md") if own else f"{payer_file(payer).removesuffix('index.md')}#{code}"


def told(catalog: Catalog, payer: str) -> list[str]:
    """The codes of which some rule of a payer speaks."""
    answers = catalog.answers
    return [code for code in sorted(catalog.codes) if answers.view(payer, code).sources or answers.cell_page(payer, code)]


def _rules(catalog: Catalog, base_url: str) -> Iterator[tuple[Value, ...]]:
    for pack in catalog.packs:
        for rule in pack.rules:
            found = catalog.standing(pack, rule)
            version = found.version
            sentence = None if version.hole else catalog.sentence(rule, version)
            about = (rule.id, pack.head.id, rule.title, rule.topic, rule.category, rule.evidence, rule.status, found.gap is None)
            dates = (version.start, version.attested, version.end, version.known)
            proof = (version.effect, found.severity, *_proof(version.sources))
            yield (*about, *dates, *proof, sentence, version.when.codes or (), rule.denials, base_url + rule.url)


def _answers(catalog: Catalog, base_url: str) -> Iterator[tuple[Value, ...]]:
    for head in catalog.answers.packs():
        for code in told(catalog, head.id):
            shown = catalog.answers.view(head.id, code)
            said = (shown.covered, shown.why, shown.authorization, shown.limits, shown.modifiers)
            yield (head.id, code, *said, *_proof(shown.sources), f"{base_url}/{page_of(catalog, head.id, code)}")


def _changes(record: Record) -> Iterator[tuple[Value, ...]]:
    for entry in record.all:
        change = entry.change
        for payer in entry.payers:
            rule = f"{payer}.{change.rule.rpartition('.')[2]}"
            about = (entry.uid, change.on, change.what, payer, rule, change.title, change.topic, change.date_basis, change.known)
            yield (*about, change.before, change.after, change.changed, change.codes_added, change.codes_removed)


def _proof(sources: Iterable[Source | Cited]) -> tuple[list[str], date | None]:
    """The grades of sources, best first, and the day on which the one read longest ago was read."""
    held = list(sources)
    return sorted({source.grade for source in held}, key=GRADES.index), min(
        (one.last_checked for one in held if one.last_checked), default=None
    )


def _csv(table: Table, rows: Iterable[Sequence[Value]]) -> bytes:
    held = io.StringIO()
    writer = csv.writer(held, lineterminator="\r\n")
    writer.writerow(field.name for field in table.fields)
    writer.writerows(map(_cell, row) for row in rows)
    return held.getvalue().encode()


def _cell(value: Value) -> str:
    """A value as CSV has it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | date) else _JOIN.join(value)


def _parquet(table: Table, rows: Sequence[Sequence[Value]]) -> bytes:
    import pyarrow
    from pyarrow import parquet

    types = {"text": pyarrow.string(), "date": pyarrow.date32(), "flag": pyarrow.bool_(), "list": pyarrow.list_(pyarrow.string())}
    schema = pyarrow.schema([pyarrow.field(field.name, types[field.sort], metadata={"about": field.about}) for field in table.fields])
    columns = [[row[place] for row in rows] for place in range(len(table.fields))]
    held = io.BytesIO()
    parquet.write_table(pyarrow.table(columns, schema=schema), held, compression="zstd")
    return held.getvalue()
