"""The figures of the calculator of expected payment: the rules that `payerbook price` reads, and the dated tables behind them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any, NamedTuple

import msgspec

from payerbook.answers import price
from payerbook.answers.settings import PriceRules
from payerbook.claim import Claim, Line
from payerbook.datasets import Table, Window
from payerbook.kinds.base import Case, History, Question
from payerbook.kinds.code_status import CodeStatus
from payerbook.pages import figures
from payerbook.pages.catalog import Catalog
from payerbook.pages.markup import Column, Row, esc, href, link, table
from payerbook.pages.places import DENIALS, code_file, denial_file, payer_name
from payerbook.pages.text import number
from payerbook.policy import Pack, PackHead, Rule, Version

SCHEDULE = "fee-schedule"
SHARES = ("practice_expense_share", "coinsurance", "pays")
"""Settings that are said as a percentage."""
KINDS = (SCHEDULE, "multiple-procedure", "cost-share", "payment-reduction", "code-status")


def data(catalog: Catalog) -> dict[str, Any]:
    """The payers whose fee schedule is on file with their rules of payment, and the tables that these schedules name."""
    payers = [found for head in _priced(catalog) if (found := _payer(catalog, catalog.answers.pack(head.id))) is not None]
    named = {name for one in payers for rule in one["rules"] if rule["kind"] == SCHEDULE for name in _tables(rule)}
    return {
        "payers": sorted(payers, key=lambda one: one["title"]),
        "tables": {name: _table(catalog, name) for name in sorted(named)},
        "codes": {code: info.label for code, info in sorted(catalog.codes.items())},
    }


def _priced(catalog: Catalog) -> list[PackHead]:
    """The payers whose fee schedule is on file."""
    return [head for head in catalog.answers.packs() if any(rule.kind == SCHEDULE for rule in catalog.answers.pack(head.id).rules)]


def _payer(catalog: Catalog, pack: Pack) -> dict[str, Any] | None:
    made = figures.payer(catalog, pack, KINDS, lambda rule, version: {"settings": _settings(catalog, rule, version)}, held=True)
    if made is not None:
        denials = {rule.id: [_denial(catalog, code) for code in rule.denials] for rule in pack.rules}
        made["rules"] = [{**rule, "denials": denials[rule["rule"]]} for rule in made["rules"]]
    return made


def _denial(catalog: Catalog, code: str) -> dict[str, str]:
    """A denial code as a rule names it, with its page where there is one."""
    denials = catalog.session.handbooks.denials
    reason = code.rpartition("-")[2]
    page = denial_file(denials.slug(reason)) if reason in denials.reasons else DENIALS
    return {"code": code, "url": page.removesuffix("index.md")}


def _settings(catalog: Catalog, rule: Rule, version: Version) -> dict[str, Any]:
    settings = catalog.settings(rule, version)
    if isinstance(settings, CodeStatus):
        return {"refused": list(_refused(catalog, rule, version, settings))}
    made: dict[str, Any] = msgspec.to_builtins(settings)
    share = next((value for name in SHARES if (value := getattr(settings, name, None)) is not None), None)
    return made if share is None else {**made, "percent": f"{share:.0%}"}


def _refused(catalog: Catalog, rule: Rule, version: Version, settings: CodeStatus) -> Iterator[dict[str, Any]]:
    """Codes that are not covered, with the days on which they are not and the reason."""
    kind, tables = catalog.kinds[rule.kind], catalog.session.tables
    for code in sorted(settings.codes):
        starts = sorted({version.start, *(day for day in kind.turns(settings, tables, code) if day > version.start)})
        for place, start in enumerate(starts):
            said = kind.answer(settings, tables, Question(code, start))
            if said is not None and said.standing is not None and said.standing.covered == "not-covered":
                until = {"to": starts[place + 1] - timedelta(days=1)} if place + 1 < len(starts) else {}
                yield {"code": code, "from": start, **until, "why": said.standing.why}


def _tables(rule: Mapping[str, Any]) -> Iterator[str]:
    for version in rule["versions"]:
        if "settings" in version:
            yield from (version["settings"]["values"], version["settings"]["indices"])


def _table(catalog: Catalog, name: str) -> dict[str, Any]:
    found = catalog.session.tables.get(name)
    return {"title": found.title, "holes": found.holes, "windows": [_window(catalog, found, window) for window in found.windows]}


def _window(catalog: Catalog, found: Table, window: Window) -> dict[str, Any]:
    """A window with its rows: relative values by code, price indices by state and locality."""
    until = {} if window.end is None else {"to": window.end}
    columns = {name: place for place, name in enumerate(window.columns)}
    if "locality" in columns:
        wanted = [columns[name] for name in ("area", "locality", "mac", "work", "pe", "mp")]
        areas = catalog.session.library.vocabulary.terms.states
        rows: Any = [[row[place] for place in wanted] for state in sorted(areas) for row in window.rows(state)]
    else:
        wanted = [columns[name] for name in ("status", "work", "pe_nonfac", "pe_fac", "mp")]
        rows = {code: [row[place] for place in wanted] for code in sorted(catalog.codes) for row in window.rows(code)}
    return {"id": window.id, "from": window.start, **until, "grade": window.grade, "rows": rows}


class Amounts(NamedTuple):
    """What is allowed nationally for the first unit of a day, and for a further one of the same code."""

    first: Decimal
    further: Decimal


def national(catalog: Catalog, page: str) -> Iterator[str]:
    """The national amounts of each code on the day of the site, as a table for each fee schedule; it needs no script."""
    found: dict[tuple[tuple[str, Amounts], ...], list[str]] = {}
    for head in _priced(catalog):
        rules = PriceRules(catalog.answers.pack(head.id).rules, catalog.kinds)
        told = ((code, _amounts(catalog, rules, head.id, code)) for code in sorted(catalog.codes))
        found.setdefault(tuple((code, one) for code, one in told if one is not None), []).append(payer_name(head))
    columns = [Column("Code", heads=True), Column("Our label"), Column("First unit"), Column("Further units")]
    yield f"## National amounts on {catalog.today} {{ #national }}\n"
    yield (
        "What is allowed in an office, before deductible and coinsurance, with all price indices 1; the amounts of your locality differ. "
        "A further unit is any unit of the day that another one ranks above.\n"
    )
    for amounts, names in found.items():
        if not amounts:
            yield f"{', '.join(names)}: not on file for {catalog.today}.\n"
            continue
        rows = (
            Row([link(code, href(page, code_file(code))), esc(catalog.codes[code].label), f"${one.first}", f"${one.further}"], code)
            for code, one in amounts
        )
        listed = table(f"{', '.join(names)}: one unit", columns, rows, style="pb-matrix")
        summary = f"{number(len(amounts), 'code')}: {esc(', '.join(names))}"
        yield f'<details class="pb-more"><summary>{summary}</summary>\n{listed}\n</details>\n'


def _amounts(catalog: Catalog, rules: PriceRules, payer: str, code: str) -> Amounts | None:
    lines = (Line(catalog.today, code, 1),) * 2
    claim = Claim("national", lines, payer=payer, place_of_service=catalog.answers.place)
    case = Case(claim, payer, History((), complete=True), lambda other: other == payer, None)
    first, further = price.price(rules, catalog.session.tables, case, national=True).lines
    if first.expected_allowed is None or further.expected_allowed is None:
        return None
    return Amounts(first.expected_allowed, further.expected_allowed)
