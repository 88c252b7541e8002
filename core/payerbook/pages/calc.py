"""The calculators: a form each, and the figures of the packs that its script counts with. No claim and no engine is needed.

The scripts (`assets/calc/*.mjs`) count as the engine does; tests hold the two against each other with the data written here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

import msgspec

from payerbook.pages import figures, prices
from payerbook.pages.catalog import Catalog
from payerbook.pages.markup import esc, front
from payerbook.pages.text import UNIT_METHOD
from payerbook.policy import Rule, Version

INDEX = "calc/index.md"


class Calculator(NamedTuple):
    """One calculator: its name in addresses, its title, what it answers, the command that answers it without a browser, the rule kinds
    that it rests on, its fields as HTML, and other words that people look for it by."""

    name: str
    title: str
    about: str
    command: str
    kinds: tuple[str, ...]
    fields: tuple[str, ...]
    names: tuple[str, ...] = ()


def _input(name: str, words: str, attributes: str = 'type="date"') -> str:
    return f'<p><label>{words} <input name="{name}" {attributes}></label></p>'


def _select(name: str, words: str, options: Sequence[tuple[str, str]]) -> str:
    listed = "".join(f'<option value="{esc(value)}">{esc(text)}</option>' for value, text in options)
    return f'<p><label>{words} <select name="{name}">{listed}</select></label></p>'


_COUNT = 'type="number" min="0" step="1" inputmode="numeric"'
_MONEY = 'type="number" min="0" step="0.01" inputmode="decimal"'
_PAYER = '<p><label>Payer <select name="payer"></select></label></p>'
_INDEX = 'type="number" min="0" step="0.001" inputmode="decimal"'
_CODE = 'list="pc-codes" pattern="[0-9A-Za-z]{5}" maxlength="5"'
_UNKNOWN = ("", "not said")
_SEQUENCES = [(word, word) for word in ("primary", "secondary", "tertiary")]
_STATUSES = [("approved", "approved"), ("pending", "asked for, not decided"), ("denied", "denied, expired or cancelled")]

CALCULATORS = (
    Calculator(
        "units",
        "Minutes to units",
        "How many units the minutes of a day make, with the arithmetic, and how many of them carry the assistant modifier.",
        "units",
        ("timed-units", "assistant-share"),
        (
            _select("method", "Counted by", [(method, text) for method, text in UNIT_METHOD.items() if method is not None]),
            '<div data-part="rows" class="pb-rows"><div class="pb-fields pb-line" role="group" aria-label="Code">'
            + _input("code", "Code", _CODE)
            + _input("minutes", "Minutes", _COUNT)
            + _input("assistant", "By an assistant", _COUNT)
            + "</div></div>",
            '<p><button type="button" class="md-button" data-part="add">Add a code</button></p>',
        ),
    ),
    Calculator(
        "price",
        "Expected payment",
        "What the payer should allow and pay for each line, what the patient owes, and every step of the arithmetic.",
        "price",
        prices.KINDS,
        (
            _PAYER,
            _select("where", "Locality", [("national", "National amounts (all price indices 1)"), ("own", "Price indices that I type")]),
            '<div class="pb-fields pb-own" data-part="own" hidden>'
            + _input("work", "Work index", _INDEX)
            + _input("practice", "Practice expense index", _INDEX)
            + _input("malpractice", "Malpractice index", _INDEX)
            + "</div>",
            _select("sequence", "The payer is", _SEQUENCES),
            _input("deductible", "Deductible left, $ (0 = met)", _MONEY),
            _input("place", "Place of service", 'inputmode="numeric" pattern="[0-9]{2}" maxlength="2" value="11"'),
            '<div data-part="rows" class="pb-rows">'
            + '<div class="pb-fields pb-line" role="group" aria-label="Service line">'
            + _input("day", "Date of service", 'type="date" data-keep')
            + _input("code", "Code", _CODE)
            + _input("units", "Units", f'{_COUNT} value="1"')
            + _input("modifiers", "Modifiers", 'placeholder="GP, CQ" autocapitalize="characters"')
            + _input("charge", "Charge, $", _MONEY)
            + _input("paid", "Payer paid, $", _MONEY)
            + _select("elsewhere", "Billed on", [("", "this claim"), ("1", "another claim of that day")])
            + "</div></div>",
            '<p><button type="button" class="md-button" data-part="add">Add a line</button> '
            "Charge and payment may stay empty; give the payment to see whether a line is underpaid.</p>",
        ),
        (
            "fee schedule",
            "fee schedule lookup",
            "fee schedule calculator",
            "payment calculator",
            "how much will medicare pay",
            "how much does medicare pay",
            "what does medicare pay",
            "what will medicare pay",
            "underpaid",
            "expected reimbursement",
        ),
    ),
    Calculator(
        "kx",
        "What is left of the yearly therapy amount",
        "How much of Medicare's yearly amount is left, and whether the next line needs the KX modifier.",
        "limits",
        ("amount-threshold",),
        (
            _PAYER,
            _input("on", "Date of service"),
            _select("bucket", "Discipline", [("PT", "PT"), ("SLP", "SLP"), ("OT", "OT")]),
            _input("used", "Used so far this year, $ (PT and SLP together)", _MONEY),
            _input("allowed", "Allowed amount of the next line, $", _MONEY),
        ),
    ),
    Calculator(
        "deadlines",
        "Deadlines of a claim",
        "The last day to file, to correct and to appeal a claim, for every payer whose terms are on file.",
        "deadlines",
        ("timely-filing", "appeal-terms"),
        (
            _PAYER,
            _input("first", "First date of service"),
            _input("last", "Last date of service"),
            _input("received", "Received by the payer on"),
            _input("decided", "Decided on"),
            _select("frequency", "The claim is", [("1", "new"), ("7", "a replacement (7)"), ("8", "a void (8)")]),
            _select("type", "Form", [("professional", "professional (CMS-1500, 837P)"), ("institutional", "institutional (UB-04, 837I)")]),
            _select("sequence", "The payer is", _SEQUENCES),
            _input("other", "The other payer decided on"),
            _input("state", "State of the provider", 'maxlength="2" pattern="[A-Za-z]{2}"'),
            _select("participating", "Provider", [_UNKNOWN, ("yes", "with a contract"), ("no", "without a contract")]),
        ),
    ),
    Calculator(
        "certification",
        "Certification of the plan of care",
        "By when the plan of care has to be certified, and until when the certification lasts.",
        "deadlines",
        ("certification", "recertification", "progress-report"),
        (
            _PAYER,
            _input("start", "First treatment day (evaluation)", 'type="date" required'),
            _input("verbal", "Verbal certification on"),
            _input("duration", "Duration of the plan, days", _COUNT),
            _input("days", "Treatment days since the last progress report", _COUNT),
        ),
    ),
    Calculator(
        "visits",
        "Visits left of an authorization",
        "How many visits are left, whether the next one is covered, and by when to ask for more.",
        "check",
        (),
        (
            _input("on", "Next visit on"),
            _input("week", "Visits a week", _COUNT),
            '<div data-part="rows" class="pb-rows">'
            + '<div class="pb-fields pb-line" role="group" aria-label="Authorization">'
            + _input("approved", "Visits approved", _COUNT)
            + _input("used", "Visits used", _COUNT)
            + _input("from", "From")
            + _input("until", "Until")
            + _select("status", "It is", _STATUSES)
            + "</div></div>",
            '<p><button type="button" class="md-button" data-part="add">Add an authorization</button></p>',
        ),
    ),
)


def page_file(calculator: Calculator) -> str:
    """The page of a calculator."""
    return f"calc/{calculator.name}/index.md"


def navigation() -> list[Any]:
    """The calculators for the navigation."""
    return [INDEX, *({calculator.title: page_file(calculator)} for calculator in CALCULATORS)]


def pages(catalog: Catalog) -> Iterator[tuple[str, str]]:
    """The list, each calculator and its figures, as (path, text)."""
    yield INDEX, "\n".join(_index())
    for calculator in CALCULATORS:
        yield page_file(calculator), "\n".join(_page(catalog, calculator))
        yield f"calc/{calculator.name}/data.json", msgspec.json.encode(data(catalog, calculator)).decode() + "\n"


def _index() -> Iterator[str]:
    yield from front(
        "Calculators", description="Units, expected payment, KX, deadlines, certification and visits, without sending anything."
    )
    yield "# Calculators\n"
    yield "They count in this page, with the figures of the rules on file. Nothing that you type is sent or kept.\n"
    for one in CALCULATORS:
        yield f"- [{one.title}]({one.name}/index.md): {one.about}"
    yield "\nTo check a whole claim, use the [claim checker](../check/index.md)."


def _page(catalog: Catalog, calculator: Calculator) -> Iterator[str]:
    front_matter = front(calculator.title, description=calculator.about)
    yield from [*front_matter[:-2], "modules: [calc/page.mjs]", *front_matter[-2:]]
    yield f"# {calculator.title}\n"
    yield f"{calculator.about} It counts in this page; nothing that you type is sent or kept.\n"
    command = f"<code>payerbook {calculator.command}</code>"
    yield f"<noscript><p>The calculator needs JavaScript. Without it, {command} answers on your own machine.</p></noscript>\n"
    yield f'<form class="pb-tool" data-calc="{calculator.name}" data-data="data.json" data-root="../../" autocomplete="off" hidden>'
    yield f'<div class="pb-fields">{"".join(calculator.fields)}</div>'
    if 'list="pc-codes"' in "".join(calculator.fields):
        codes = "".join(f'<option value="{code}">{esc(info.label)}</option>' for code, info in sorted(catalog.codes.items()))
        yield f'<datalist id="pc-codes">{codes}</datalist>'
    yield '<p><button class="md-button md-button--primary">Count</button></p>'
    yield '<div data-part="result" role="status"></div>\n</form>\n'
    if calculator.name == "price":
        yield from prices.national(catalog, page_file(calculator))
    yield "[The figures behind it](data.json). Not legal or billing advice.\n"


def data(catalog: Catalog, calculator: Calculator) -> dict[str, Any]:
    """The figures of a calculator: the payers with a rule of its kinds, and for units the codes."""
    held: dict[str, Any] = {"schema_version": "1", "as_of": catalog.today}
    if calculator.name == "price":
        return held | prices.data(catalog)
    said = partial(_said, catalog)
    packs = [pack for pack in catalog.packs if pack.head.payer]
    payers = [one for pack in packs if (one := figures.payer(catalog, pack, calculator.kinds, said)) is not None]
    held["payers"] = sorted(payers, key=lambda one: one["title"])
    if calculator.name == "units":
        held["codes"] = {code: {"label": info.label, "timing": info.timing} for code, info in sorted(catalog.codes.items())}
    return held


def _said(catalog: Catalog, rule: Rule, version: Version) -> dict[str, Any]:
    return {"settings": msgspec.to_builtins(catalog.settings(rule, version)), "sentence": catalog.sentence(rule, version)}
