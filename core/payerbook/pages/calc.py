"""The calculators: a form each, and the figures of the packs that its script counts with. No claim and no engine is needed.

The scripts (`assets/calc/*.mjs`) count as the engine does; tests hold the two against each other with the data written here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import msgspec

from payerbook.pages.catalog import Catalog
from payerbook.pages.markup import esc, front
from payerbook.pages.text import UNIT_METHOD
from payerbook.policy import Pack, Rule, Version, When

INDEX = "calc/index.md"
DECIDED = frozenset({"claim_types", "payer_sequences", "codes", "not_codes", "modifiers_any"})
"""Conditions of a version that the calculators can judge; a rule with others is named beside the result."""


class Calculator(NamedTuple):
    """One calculator: its name in addresses, its title, what it answers, and the rule kinds that it rests on."""

    name: str
    title: str
    about: str
    kinds: tuple[str, ...]
    fields: tuple[str, ...]


def _input(name: str, words: str, attributes: str = 'type="date"') -> str:
    return f'<p><label>{words} <input name="{name}" {attributes}></label></p>'


def _select(name: str, words: str, options: Sequence[tuple[str, str]]) -> str:
    listed = "".join(f'<option value="{esc(value)}">{esc(text)}</option>' for value, text in options)
    return f'<p><label>{words} <select name="{name}">{listed}</select></label></p>'


_COUNT = 'type="number" min="0" step="1" inputmode="numeric"'
_MONEY = 'type="number" min="0" step="0.01" inputmode="decimal"'
_PAYER = '<p><label>Payer <select name="payer"></select></label></p>'
_UNKNOWN = ("", "not said")

CALCULATORS = (
    Calculator(
        "units",
        "Minutes to units",
        "How many units the minutes of a day make, with the arithmetic, and how many of them carry the assistant modifier.",
        ("timed-units", "assistant-share"),
        (
            _select("method", "Counted by", [(method, text) for method, text in UNIT_METHOD.items() if method is not None]),
            '<div data-part="rows"><div class="pb-fields pb-line">'
            + _input("code", "Code", 'list="pc-codes" pattern="[0-9A-Za-z]{5}" maxlength="5"')
            + _input("minutes", "Minutes", _COUNT)
            + _input("assistant", "of these an assistant's", _COUNT)
            + "</div></div>",
            '<p><button type="button" class="md-button" data-part="add">Add a code</button></p>',
        ),
    ),
    Calculator(
        "kx",
        "What is left of the yearly therapy amount",
        "How much of Medicare's yearly amount is left, and whether the next line needs the KX modifier.",
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
        ("timely-filing", "appeal-terms"),
        (
            _PAYER,
            _input("first", "First date of service"),
            _input("last", "Last date of service"),
            _input("received", "Received by the payer on"),
            _input("decided", "Decided on"),
            _select("frequency", "The claim is", [("1", "new"), ("7", "a replacement (7)"), ("8", "a void (8)")]),
            _select("type", "Form", [("professional", "professional (CMS-1500, 837P)"), ("institutional", "institutional (UB-04, 837I)")]),
            _select("sequence", "The payer is", [("primary", "primary"), ("secondary", "secondary"), ("tertiary", "tertiary")]),
            _input("other", "The other payer decided on"),
            _input("state", "State of the provider", 'maxlength="2" pattern="[A-Za-z]{2}"'),
            _select("participating", "Provider", [_UNKNOWN, ("yes", "with a contract"), ("no", "without a contract")]),
        ),
    ),
    Calculator(
        "certification",
        "Certification of the plan of care",
        "By when the plan of care has to be certified, and until when the certification lasts.",
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
        "How many visits are left, and when to ask for more.",
        (),
        (
            _input("approved", "Visits approved", _COUNT),
            _input("used", "Visits used", _COUNT),
            _input("week", "Visits a week", _COUNT),
            _input("on", "Counted on"),
            _input("until", "Authorization ends on"),
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
    yield from front("Calculators", description="Units, KX, deadlines, certification and visits, without sending anything.")
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
    yield "<noscript><p>The calculator needs JavaScript. The commands of <code>payerbook</code> answer the same.</p></noscript>\n"
    yield f'<form class="pb-tool" data-calc="{calculator.name}" data-data="data.json" data-root="../../" autocomplete="off" hidden>'
    yield f'<div class="pb-fields">{"".join(calculator.fields)}</div>'
    if calculator.name == "units":
        codes = "".join(f'<option value="{code}">{esc(info.label)}</option>' for code, info in sorted(catalog.codes.items()))
        yield f'<datalist id="pc-codes">{codes}</datalist>'
    yield '<p><button class="md-button md-button--primary">Count</button></p>'
    yield '<div data-part="result" role="status"></div>\n</form>\n'
    yield "[Figures for programs](data.json). Not legal or billing advice.\n"


def data(catalog: Catalog, calculator: Calculator) -> dict[str, Any]:
    """The figures of a calculator: the payers with a rule of its kinds, and for units the codes."""
    payers = [one for pack in catalog.packs if pack.head.payer if (one := _payer(catalog, pack, calculator)) is not None]
    held: dict[str, Any] = {"schema_version": "1", "as_of": catalog.today, "payers": sorted(payers, key=lambda one: one["title"])}
    if calculator.name == "units":
        held["codes"] = {code: {"label": info.label, "timing": info.timing} for code, info in sorted(catalog.codes.items())}
    return held


def _payer(catalog: Catalog, pack: Pack, calculator: Calculator) -> dict[str, Any] | None:
    rules, further = [], []
    for rule in pack.rules:
        if rule.kind not in calculator.kinds or rule.status == "draft" or rule.hold:
            continue
        conditions = {name for version in rule.versions for name in msgspec.to_builtins(version.when)}
        if conditions <= DECIDED:
            rules.append(_rule(catalog, rule))
        else:
            further.append({"rule": rule.id, "title": rule.title, "url": rule.url})
    if not rules and not further:
        return None
    return {"id": pack.head.id, "title": pack.head.title, "unit_method": pack.head.unit_method, "rules": rules, "further": further}


def _rule(catalog: Catalog, rule: Rule) -> dict[str, Any]:
    ordered = sorted(rule.versions, key=lambda version: (version.start, version.known or version.start))
    return {
        "rule": rule.id,
        "title": rule.title,
        "url": rule.url,
        "kind": rule.kind,
        "basis": rule.date_basis,
        "versions": [_version(catalog, rule, version) for version in ordered],
    }


def _version(catalog: Catalog, rule: Rule, version: Version) -> dict[str, Any]:
    made: dict[str, Any] = {"from": version.start}
    if version.end is not None:
        made["to"] = version.end
    if version.hole is not None:
        return {**made, "hole": version.hole}
    settings: Any = catalog.settings(rule, version)
    when: When = version.when
    conditions = {name: value for name in sorted(DECIDED) if (value := getattr(when, name))}
    return {**made, **conditions, "settings": msgspec.to_builtins(settings), "sentence": catalog.sentence(rule, version)}
