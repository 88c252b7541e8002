"""Claims written as tables come back as they were, whatever the separator, the quoting, the spelling of names, days and amounts."""

from __future__ import annotations

import csv
import io
import string
from datetime import date
from decimal import Decimal
from typing import Any, Literal, get_args, get_origin

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from claim_tables import BOTH, cells, table
from payerbook.claim import Claim
from payerbook.formats.base import Read
from payerbook.formats.csv import read
from payerbook.formats.csv.cells import NONE
from payerbook.formats.csv.rows import Rows, values
from payerbook.formats.shapes import fields, is_list, members, struct_of

WORDS = st.text(string.ascii_letters + string.digits + "-.+/_", min_size=1, max_size=8).filter(lambda text: text.lower() != NONE)
TEXTS = st.text(string.ascii_letters + string.digits + " -.,;:\"'\n\t|=_é€ß", min_size=1, max_size=12).map(str.strip).filter(
    lambda text: bool(text.strip('"= ')) and not text.startswith(('"', "="))
)  # fmt: skip
ENDS = ("\n", "\r\n", "\r")
# The csv module leaves a line feed without quotation marks where another character ends the rows.
QUOTING: dict[str, list[Any]] = {end: [csv.QUOTE_MINIMAL, csv.QUOTE_ALL] if "\n" in end else [csv.QUOTE_ALL] for end in ENDS}
DAYS = st.dates(date(1900, 1, 1), date(2199, 12, 31))


def plain(key: str, kinds: tuple[Any, ...], words: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    """Values of a field that holds no object."""
    literal = next((kind for kind in kinds if get_origin(kind) is Literal), None)
    if literal is not None:
        return st.sampled_from(get_args(literal))
    if key == "diagnosis_pointers":
        return st.integers(1, 26)
    if date in kinds:
        return DAYS
    if Decimal in kinds:
        amounts = st.decimals(0, 99_999, places=2)
        return amounts | st.integers(0, 500) if int in kinds else amounts
    if bool in kinds:
        return st.booleans()
    if int in kinds:
        return st.integers(0, 3000)
    return st.sampled_from(["11", "02", "12"]) if key == "place_of_service" else words


@st.composite
def objects(draw: st.DrawFn, shape: type) -> dict[str, Any]:
    """An object of the schema with its required fields and some others, none of them empty."""
    made: dict[str, Any] = {}
    required = {field.encode_name for field in msgspec.structs.fields(shape) if field.required}
    kinds = fields(shape)
    optional = [key for key in kinds if key not in required and key not in ("schema_version", "format", *BOTH)]
    chosen = draw(st.lists(st.sampled_from(optional), max_size=6, unique=True)) if optional else []
    for key in [*sorted(required), *chosen]:
        struct = struct_of(kinds[key])
        listed = is_list(kinds[key])
        if struct is not None:
            inner = objects(struct)
            least = 1 if key in required else 0
            made[key] = draw(st.lists(inner.filter(bool), min_size=least, max_size=3) if listed else inner)
            if not made[key] and not listed:
                del made[key]
        else:
            one = plain(key, members(kinds[key]), WORDS if listed else TEXTS)
            made[key] = draw(st.lists(one, max_size=3) if listed else one)
    return made


@st.composite
def claims(draw: st.DrawFn) -> Claim:
    made = draw(objects(Claim))
    place, provider = st.sampled_from(["11", "02"]), st.fixed_dictionaries({"npi": WORDS, "taxonomy": WORDS})
    for each in (made, *made["lines"]):
        for key, held in zip(BOTH, (place, provider), strict=True):
            if draw(st.booleans()):
                each[key] = draw(held)
    return msgspec.convert(made, Claim)


@st.composite
def spelled(draw: st.DrawFn, value: Any) -> str:
    """A value as a spreadsheet may show it."""
    if isinstance(value, bool):
        return draw(st.sampled_from(["yes", "Y", "TRUE", "1"] if value else ["no", "N", "False", "0"]))
    if isinstance(value, date):
        us = f"{value.month}/{value.day}/{value.year}"
        return draw(st.sampled_from([value.isoformat(), us, f"{value:%m/%d/%Y}", f"{value:%Y%m%d}"]))
    if isinstance(value, Decimal):
        return draw(st.sampled_from([f"{value}", f"{value:,}"]))
    return str(value)


@given(data=st.data(), made=st.lists(claims(), min_size=1, max_size=3, unique_by=lambda claim: claim.claim_id))
def test_claims_come_back_as_they_were(data: st.DataObject, made: list[Claim]) -> None:
    rows = [row for claim in made for row in cells(claim, lambda value: data.draw(spelled(value)))]
    end = data.draw(st.sampled_from(ENDS))
    text = table(
        rows,
        delimiter=data.draw(st.sampled_from([",", ";", "\t"])),
        lineterminator=end,
        quoting=data.draw(st.sampled_from(QUOTING[end])),
    )
    encoded = text.encode(data.draw(st.sampled_from(["utf-8", "utf-8-sig", "cp1252"])))
    items = list(read(io.BytesIO(encoded), "claims.csv"))
    assert [item.claim if isinstance(item, Read) else item for item in items] == made


@given(
    rows=st.lists(st.lists(TEXTS | st.just("") | st.just('say "x", twice'), min_size=2, max_size=5), min_size=1, max_size=6),
    separator=st.sampled_from([",", ";", "\t"]),
    end=st.sampled_from(ENDS),
    data=st.data(),
)
def test_cells_are_those_of_the_csv_module(rows: list[list[str]], separator: str, end: str, data: st.DataObject) -> None:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=separator, lineterminator=end, quoting=data.draw(st.sampled_from(QUOTING[end]))).writerows(rows)
    text = out.getvalue()
    source = Rows(io.BytesIO(text.encode()))
    seen = []
    while (row := source.next(separator)) is not None:
        assert text.encode()[row.start :].startswith(row.text.encode("latin-1"))
        seen.append(values(row.text, separator))
    wanted = [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)]
    assert seen == [row for row in wanted if any(cell.strip(",;") for cell in row)]
