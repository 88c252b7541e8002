"""What programs take away beside the pages: the answer of each payer on each code, tables of everything, the rules for language models.

These files are written after the pages, past MkDocs: they are many, and no page is made from them.
"""

from __future__ import annotations

from collections.abc import Iterator

from payerbook.pages import asof, tables
from payerbook.pages.catalog import Catalog
from payerbook.pages.comparing import all_of
from payerbook.pages.published import Asked, Point, stamp, text
from payerbook.pages.record import Record
from payerbook.pages.tables import page_of, told
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


def answer_path(payer: str, code: str) -> str:
    """The file with the answer of a payer on a code."""
    return f"api/v1/payers/{payer}/codes/{code}.json"


def files(catalog: Catalog, record: Record, base_url: str) -> Iterator[tuple[str, bytes]]:
    """All of them, as (path, bytes); addresses inside begin with `base_url`, which ends without a slash."""
    for head in catalog.answers.packs():
        for code in told(catalog, head.id):
            yield answer_path(head.id, code), _answer(catalog, head.id, head.title, code, base_url)
    yield from tables.files(catalog, record, base_url)
    yield FULL, "\n".join(_full(catalog, base_url)).encode()


def _answer(catalog: Catalog, payer: str, title: str, code: str, base_url: str) -> bytes:
    found = PayerCodeAnswer(
        **stamp(catalog, payer),
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
