"""An example payer for tests of the engine: a pack with every shape of timeline, and claims that meet it in every way."""

from __future__ import annotations

import json
import random
import tempfile
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

import payerbook
from payerbook.api import Book
from payerbook.claim import Claim
from payerbook.finding import Report
from payerbook.policy import Rule

PAYER = "example.plan"
SOURCES = {
    "own": {"title": "Provider manual", "publisher": "Example Plan", "grade": "A", "last_checked": "2026-01-15"},
    "guide": {"title": "Billing guide", "publisher": "A billing company", "grade": "B", "last_checked": "2026-01-15"},
    "news": {"title": "Newsletter", "publisher": "An association", "grade": "B", "last_checked": "2026-01-15"},
    "forum": {"title": "Forum", "publisher": "A forum", "grade": "C"},
}
THERAPY = {"codes": ["97110", "97112", "97140", "97530", "97161", "92507"]}
TIMED = {"codes": ["97110", "97112", "97140", "97530"]}


def _rule(name: str, kind: str, versions: list[dict[str, Any]], **keys: Any) -> dict[str, Any]:
    basics = {"title": name, "effect": "deny", "evidence": "claim", "topic": "modifiers", "category": "coding"}
    cited = [{"sources": [{"ref": "own"}], **version} for version in versions]
    return {"rule": f"{PAYER}.{name}", "kind": kind, **basics, **keys, "versions": cited}


def _buckets(together: str, alone: str) -> list[dict[str, Any]]:
    return [
        {"name": "PT+SLP", "disciplines": ["PT", "SLP"], "amount": together},
        {"name": "OT", "disciplines": ["OT"], "amount": alone},
    ]


RULES = [
    _rule(
        "discipline",
        "required-modifier",
        [{"from": "2020-01-01"}],
        params={"any_of": ["GP", "GO", "GN"], "family": ["GP", "GO", "GN"]},
        when=THERAPY,
        effect="return",
    ),
    _rule(
        "units",
        "timed-units",
        [{"from": "2020-01-01", "to": "2025-06-30"}],
        params={"method": "cms"},
        when=TIMED,
        evidence="chart",
    ),
    _rule(
        "units-later",
        "timed-units",
        [{"from": "2025-07-01", "sources": [{"ref": "guide"}]}],
        params={"method": "ama"},
        when=TIMED,
    ),
    _rule(
        "hole",
        "modifier-conflict",
        [
            {"from": "2020-01-01"},
            {"from": "2025-01-01", "to": "2025-12-31", "hole": "No edition of 2025 was read.", "sources": []},
            {"from": "2026-01-01"},
        ],
        params={"modifiers": ["CQ"], "needs_any": ["GP"]},
        evidence="table",
    ),
    _rule(
        "attested",
        "modifier-conflict",
        [{"attested_from": "2025-03-01", "sources": [{"ref": "guide"}, {"ref": "news"}]}],
        params={"modifiers": ["CO"], "needs_any": ["GO"]},
    ),
    _rule(
        "forum",
        "modifier-conflict",
        [{"from": "2024-01-01", "sources": [{"ref": "forum"}]}],
        params={"modifiers": ["KX"], "not_with": ["GA"]},
    ),
    _rule(
        "corrected",
        "modifier-conflict",
        [
            {"from": "2025-01-01", "params": {"modifiers": ["59"], "not_with": ["XS"]}},
            {"from": "2025-01-01", "known": "2025-08-01", "params": {"modifiers": ["59"], "not_with": ["XU"]}},
        ],
    ),
    _rule(
        "yearly",
        "amount-threshold",
        [
            {"from": "2025-01-01", "known": "2024-11-20", "params": {"buckets": _buckets("125.00", "75.00")}},
            {"from": "2026-01-01", "known": "2025-11-20", "params": {"buckets": _buckets("126.00", "76.00")}},
        ],
        params={"modifier": "KX", "accumulator": "yearly", "instead": ["GA"]},
        when=THERAPY,
        evidence="record",
    ),
    _rule(
        "yearly-review",
        "amount-threshold",
        [{"from": "2025-01-01", "params": {"buckets": _buckets("150.00", "150.00")}}],
        params={"modifier": "KX", "accumulator": "yearly", "finds": "reached"},
        when=TIMED,
        evidence="record",
        effect="review",
    ),
    _rule(
        "yearly-early",
        "amount-threshold",
        [{"from": "2025-01-01", "params": {"buckets": _buckets("125.00", "75.00")}}],
        params={"modifier": "KX", "accumulator": "yearly", "finds": "early"},
        when=THERAPY,
        evidence="record",
    ),
    _rule(
        "units-shared",
        "timed-units",
        [{"from": "2025-01-01"}],
        params={"method": "cms", "finds": "allocation"},
        when={"codes": ["97110", "97140"]},
        evidence="chart",
    ),
    _rule("twice", "duplicate", [{"from": "2020-01-01"}], params={"finds": "exact"}, evidence="record", effect="review"),
    _rule("again", "duplicate", [{"from": "2020-01-01"}], params={"finds": "suspected"}, evidence="record", effect="none"),
    _rule("filing", "timely-filing", [{"from": "2020-01-01"}], params={"limit": {"months": 6}}),
    _rule(
        "received",
        "modifier-conflict",
        [{"from": "2026-02-01"}],
        params={"modifiers": ["GA"], "needs_any": ["GP"]},
        date_basis="received-date",
    ),
    _rule(
        "place",
        "modifier-conflict",
        [{"from": "2020-01-01"}],
        params={"modifiers": ["95"], "needs_any": ["GP"]},
        when={"places_of_service": ["02", "10"]},
    ),
    _rule(
        "processed",
        "modifier-conflict",
        [{"from": "2020-01-01", "to": "2025-12-31"}, {"attested_from": "2026-02-01"}],
        params={"modifiers": ["GA"], "needs_any": ["GP"]},
        date_basis="processed-date",
    ),
    _rule(
        "gold",
        "modifier-conflict",
        [{"from": "2020-01-01"}],
        params={"modifiers": ["XS"], "needs_any": ["GP"]},
        when={"lines_of_business": ["group"], "plans": ["gold"], "payer_sequences": ["primary"], "modifiers_none": ["76"]},
    ),
    _rule(
        "hospital",
        "modifier-conflict",
        [{"from": "2020-01-01"}],
        params={"modifiers": ["XU"], "needs_any": ["GP"]},
        when={"claim_types": ["institutional"], "frequency_codes": ["1"], "not_places_of_service": ["11"], "modifiers_any": ["XU"]},
    ),
    _rule(
        "therapists",
        "required-modifier",
        [{"from": "2020-01-01"}],
        params={"any_of": ["GP", "GO", "GN"], "family": ["GP", "GO", "GN"], "required_of": "therapists"},
        when={"codes": ["97010", "99213"]},
    ),
    _rule(
        "needles",
        "code-status",
        [{"from": "2020-01-01"}],
        params={"status": "deleted", "codes": {"97140": {"to": "2026-01-10"}, "97530": {"from": "2025-06-01"}}, "resolved_by": ["GA"]},
        when={"codes": ["97140", "97530"]},
    ),
    _rule(
        "pairs",
        "code-pair",
        [{"from": "2020-01-01"}],
        params={"tables": {"professional": "ncci-ptp-practitioner", "institutional": "ncci-ptp-hospital"}, "bypass": ["59", "XS"]},
        evidence="table",
    ),
    _rule(
        "likely",
        "unit-limit",
        [{"from": "2020-01-01"}],
        params={"tables": {"professional": "ncci-mue-practitioner"}},
        evidence="table",
    ),
    _rule(
        "daily",
        "same-day-limit",
        [{"from": "2020-01-01"}],
        params={"limit": 3, "together": True, "apart": ["GP", "GO"]},
        when=TIMED,
    ),
    _rule(
        "void",
        "required-field",
        [{"from": "2020-01-01"}],
        params={"fields": ["original_reference"], "frequency_codes": ["7", "8"]},
        applies_to_voids=True,
        effect="return",
    ),
    _rule("total", "charge-total", [{"from": "2020-01-01"}], params={}, effect="return"),
]


def write_pack(folder: Path) -> Path:
    """The example pack as files; JSON is YAML."""
    folder.mkdir()
    head = {
        "pack": PAYER,
        "format": "1",
        "title": "Example Plan",
        "version": "2026.1.0",
        "unit_method": "cms",
        "aliases": ["Example"],
        "plans": [{"name": "Silver"}],
    }
    rules = {rule["rule"].rpartition(".")[2]: rule for rule in RULES}
    for name, content in {"pack": head, "sources": SOURCES, **rules}.items():
        (folder / f"{name}.yaml").write_text(json.dumps(content), "utf-8")
    return folder


_HELD = tempfile.TemporaryDirectory(prefix="payerbook-example-")


@cache
def folder() -> Path:
    """The pack on disk, for as long as the process lasts."""
    return write_pack(Path(_HELD.name) / "plan")


@cache
def book() -> Book:
    """The bundled packs and the example plan."""
    book = payerbook.load(policies=[folder()])
    assert PAYER in [head.id for head in book.packs()], book.not_loaded
    return book


DAYS = [
    date(2019, 12, 31),
    date(2024, 8, 14),
    date(2024, 8, 15), date(2024, 12, 31), date(2025, 1, 1), date(2025, 2, 28), date(2025, 6, 30), date(2025, 7, 1), date(2025, 12, 31),
    date(2026, 1, 1), date(2026, 1, 15), date(2026, 2, 1), date(2026, 11, 21),
]  # fmt: skip
CODES = ["97110", "97112", "97140", "97530", "97150", "97161", "92507", "97010", "99213"]
MODIFIERS = ["GP", "GO", "GN", "CQ", "CO", "KX", "GA", "59", "XS", "XU", "95", "76"]
PAYERS = [PAYER, "medicare.part-b"]


def or_none(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | values


money = st.decimals(0, 200, places=2)
lines: st.SearchStrategy[dict[str, Any]] = st.builds(
    dict,
    service_date=st.sampled_from(DAYS),
    code=st.sampled_from(CODES),
    modifiers=st.lists(st.sampled_from(MODIFIERS), max_size=3, unique=True),
    units=st.integers(0, 5),
    minutes=or_none(st.integers(0, 75)),
    charge=or_none(money),
    allowed=or_none(money),
    place_of_service=or_none(st.sampled_from(["11", "02"])),
)
services: st.SearchStrategy[dict[str, Any]] = st.builds(
    dict,
    claim_id=st.sampled_from(["H1", "H2", "H3"]),
    payer=st.sampled_from(PAYERS),
    service_date=st.sampled_from(DAYS),
    code=st.sampled_from(CODES),
    modifiers=st.lists(st.sampled_from(MODIFIERS), max_size=2, unique=True),
    units=st.integers(1, 4),
    allowed=or_none(money),
)
accumulators: st.SearchStrategy[dict[str, Any]] = st.builds(
    dict,
    name=st.just("yearly"),
    bucket=st.sampled_from(["PT+SLP", "OT"]),
    year=st.sampled_from([2025, 2026]),
    used=money,
    as_of=or_none(st.sampled_from(DAYS)),
)
renderers: st.SearchStrategy[dict[str, Any]] = st.builds(dict, taxonomy=or_none(st.sampled_from(["225100000X", "207Q00000X"])))
claims = st.builds(
    dict,
    claim_id=st.sampled_from(["C1", "C2", "C3", "C4"]),
    payer=st.sampled_from(PAYERS),
    lines=st.lists(lines, min_size=1, max_size=4),
    frequency_code=st.sampled_from([None, "1", "7", "8"]),
    original_reference=or_none(st.sampled_from(["C1", "C2"])),
    claim_type=st.sampled_from(["professional", "institutional"]),
    payer_sequence=or_none(st.sampled_from(["primary", "secondary"])),
    line_of_business=or_none(st.sampled_from(["group", "exchange"])),
    plan=or_none(st.sampled_from(["gold", "silver"])),
    submitted_on=or_none(st.sampled_from(DAYS)),
    processed_on=or_none(st.sampled_from(DAYS)),
    received_on=or_none(st.sampled_from(DAYS)),
    place_of_service=or_none(st.sampled_from(["11", "10"])),
    total_charge=or_none(money),
    rendering_provider=or_none(renderers),
    patient=or_none(st.builds(dict, id=or_none(st.sampled_from(["P1", "P2"])))),
    context=or_none(
        st.builds(
            dict,
            history=or_none(st.lists(services, max_size=3)),
            accumulators=or_none(st.lists(accumulators, max_size=2)),
        )
    ),
).map(lambda data: msgspec.convert(data, Claim))
days = or_none(st.sampled_from(DAYS))

few = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def random_claims(number: int, seed: int) -> list[Claim]:
    """Claims without Hypothesis, the same in every process."""
    draw = random.Random(seed)
    made = []
    for place in range(number):
        lines = [
            {
                "service_date": draw.choice(DAYS),
                "code": draw.choice(CODES),
                "modifiers": draw.sample(MODIFIERS, draw.randint(0, 3)),
                "units": draw.randint(0, 4),
                "minutes": draw.choice([None, 10, 23, 60]),
                "charge": "45.00",
            }
            for _ in range(draw.randint(1, 4))
        ]
        head = {"claim_id": f"R{place}", "payer": draw.choice([*PAYERS, "nobody"]), "frequency_code": draw.choice([None, "1", "7", "8"])}
        made.append(msgspec.convert({**head, "patient": {"id": draw.choice(["P1", "P2", "P3"])}, "lines": lines}, Claim))
    return made


def active_rules(book: Book, report: Report) -> list[Rule]:
    return [rule for used in report.packs for rule in book.pack(used.id).rules if rule.status == "active"]
