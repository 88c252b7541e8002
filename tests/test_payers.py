"""Whose rules apply: names as people type them, and payers as claims carry them."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import msgspec
import pytest

import payerbook
from payerbook.authoring.session import Session
from payerbook.authoring.yamlfile import read
from payerbook.claim import Claim, Line, Patient, Provider
from payerbook.naming import key
from payerbook.payers import Hints, Payers, hints
from payerbook.policy import PackHead, PayerId, Plan
from payerbook.terms import Terms

BOOK = payerbook.load()
TERMS = msgspec.convert(read(Path(__file__).parents[1] / "policies" / "_terms.yaml").data, Terms)


def head(id: str, title: str, *aliases: str, **more: object) -> PackHead:
    """A pack as the compiler leaves it: what its id says is filled in."""
    first, _, last = id.partition(".")
    given: dict[str, object] = {
        "brand": last if last in TERMS.brands else None,
        "lines_of_business": (first,) if first in TERMS.lines_of_business else (),
        "states": (last.upper(),) if last.upper() in TERMS.states else (),
        **more,
    }
    return PackHead(id, title, "2026.11.0", aliases=aliases, **given)  # type: ignore[arg-type]


COMMUNITY = Plan("UnitedHealthcare Community Plan", ("UHC Community Plan",), "medicaid")
PAYERS = Payers(
    [
        head("common", "Claim form", payer=False),
        head("medicare.part-b", "Medicare Part B outpatient therapy", "Medicare", "Noridian Medicare", payer_ids=(PayerId("02102"),),
             filing_indicators=("MB",)),
        head("medicaid.or", "Oregon Medicaid", "OHP", "Oregon Health Plan"),
        head("medicaid.wa", "Washington Medicaid", "Apple Health"),
        head("medicaid.in", "Indiana Medicaid", "Hoosier Healthwise", "IHCP"),
        head("medicaid.va", "Virginia Medicaid", "DMAS", "Cardinal Care"),
        head("medicaid.ca", "Medi-Cal", "California Medicaid"),
        head("medicaid.wi", "ForwardHealth", "BadgerCare", "Wisconsin Medicaid"),
        head("commercial.uhc", "UnitedHealthcare commercial", "UHC", payer_ids=(PayerId("87726"),),
             plans=(Plan("UnitedHealthcare Choice Plus"), Plan("Options PPO"))),
        head("medicare-advantage.uhc", "UnitedHealthcare Medicare Advantage", "AARP Medicare Advantage",
             payer_ids=(PayerId("87726"),), plans=(Plan("UHC Dual Complete"),)),
        head("commercial.aetna", "Aetna commercial", "Aetna", payer_ids=(PayerId("60054", grade="B"), PayerId("AET99", grade="M"))),
        head("medicare-advantage.aetna", "Aetna Medicare Advantage", payer_ids=(PayerId("60054", grade="B"),)),
        head("commercial.cigna", "Cigna Healthcare", "Cigna", payer_ids=(PayerId("62308", grade="B"),)),
        head("medicare-advantage.humana", "Humana Medicare Advantage", "Humana Gold Plus", brand="humana"),
        head("commercial.premera", "Premera Blue Cross", "Premera", states=("WA", "AK")),
        head("commercial.bcbsnd", "Blue Cross Blue Shield of North Dakota", brand="bcbs", states=("ND",)),
        head("commercial.bcbsma", "Blue Cross Blue Shield of Massachusetts", "BCBSMA", brand="bcbs", states=("MA",)),
        head("commercial.bcbsnc", "Blue Cross and Blue Shield of North Carolina", "Blue Cross NC", brand="bcbs", states=("NC",),
             payer_ids=(PayerId("61473", grade="B"),)),
        head("commercial.horizon", "Horizon Blue Cross Blue Shield of New Jersey", "Horizon", states=("NJ",)),
        head("commercial.kaiser", "Kaiser Permanente California", states=("CA",)),
        head("commercial.blue-shield-ca", "Blue Shield of California", "Blue Shield CA", states=("CA",)),
        head("tricare", "TRICARE", "Tricare East", "Tricare West", "TriWest", "Humana Military"),
        head("va-ccn", "VA Community Care Network", "VA CCN", "Optum VA", "TriWest"),
        head("workers-comp.tx", "Texas workers' compensation", "DWC Texas"),
        head("workers-comp.wa", "Washington workers' compensation", "Washington L&I"),
        head("workers-comp.ca", "California workers' compensation"),
    ],
    TERMS,
)  # fmt: skip

TYPED = {
    "medicare.part-b": ["medicare", "MEDICARE", "Medicare Part B", "medicare partb", "Part B", "Original Medicare", "02102", "Medicaer",
                        "medicare Oregon", "Noridian Medicare"],
    "medicaid.or": ["Medicaid Oregon", "OHP", "Oregon Health Plan", "Oregon medicaid", "medicaid OR", "Medicaid of Oregon",
                    "Oregon Medical Assistance", "Oregan Medicaid", "Medicaid in Oregon", "medicaid.or"],
    "medicaid.in": ["Indiana Medicaid", "IHCP", "Medicaid IN", "Hoosier Healthwise", "indianna medicaid"],
    "medicaid.wa": ["WA Medicaid", "Washington State Medicaid", "Apple Health"],
    "medicaid.va": ["VA Medicaid", "Virginia Medicaid", "DMAS"],
    "medicaid.ca": ["Medi-Cal", "MediCal", "California medicaid", "CA Medicaid"],
    "medicaid.wi": ["BadgerCare", "Badger Care", "forward health", "Wisconsin Medicaid"],
    "commercial.uhc": ["UHC Open Access Plus TX", "UHC commercial", "United Healthcare Choice Plus", "UHC Options PPO",
                       "United HealthCare commercial Texas"],
    "medicare-advantage.uhc": ["UHC Medicare Advantage", "UHC MAPD", "United Healthcare Medicare", "AARP Medicare Advantage",
                               "UHC Dual Complete", "UnitedHealthcare Part C"],
    "commercial.aetna": ["Aetna commercial", "Aetna employer group"],
    "medicare-advantage.aetna": ["Aetna Medicare", "Aetna Medicare Advantage", "Aetna Medicare HMO", "aetna medicare ppo"],
    "commercial.cigna": ["Cigna", "CIGNA PPO", "Cigna Healthcare", "Cigna Open Access Plus", "cigna oap", "62308", "Cgina", "Cigna Texas"],
    "medicare-advantage.humana": ["Humana Medicare", "Humana Gold Plus", "Humana Gold Plus HMO"],
    "commercial.premera": ["Premera", "Premera Blue Cross", "premera blue cross WA", "premra", "Premera PPO"],
    "commercial.bcbsnd": ["BCBS ND", "BCBSND", "Blue Cross North Dakota", "Blue Cross & Blue Shield of North Dakota", "bluecross nd"],
    "commercial.bcbsma": ["Blue Cross of MA", "BCBS Massachusetts", "BCBSMA", "Blue Cross Blue Shield of Mass"],
    "commercial.bcbsnc": ["Blue Cross NC", "BCBSNC", "BCBS of North Carolina", "61473"],
    "commercial.horizon": ["Horizon BCBS", "Horizon Blue Cross Blue Shield of New Jersey", "Horizon BCBSNJ", "Horizen"],
    "commercial.kaiser": ["kaiser california", "Kaiser Permanante CA"],
    "commercial.blue-shield-ca": ["Blue Shield of California", "Blue Shield CA PPO"],
    "tricare": ["Tricare East", "TRICARE", "tricare west", "Tri care", "Humana Military"],
    "va-ccn": ["VA community care", "VA CCN", "Veterans Affairs community care network", "Optum VA"],
    "workers-comp.tx": ["Texas work comp", "TX workers compensation", "Workers' Comp Texas", "texas workmans comp", "WC TX"],
    "workers-comp.wa": ["Washington L&I", "Labor and Industries Washington"],
}  # fmt: skip
UNSURE = {
    "UHC": {"commercial.uhc", "medicare-advantage.uhc"},
    "United Healthcare TX": {"commercial.uhc", "medicare-advantage.uhc"},
    "87726": {"commercial.uhc", "medicare-advantage.uhc"},
    "Aetna": {"commercial.aetna", "medicare-advantage.aetna"},
    "Aetna MA": {"commercial.aetna", "medicare-advantage.aetna"},
    "60054": {"commercial.aetna", "medicare-advantage.aetna"},
    "AET99": {"commercial.aetna"},  # reported only
    "TriWest": {"tricare", "va-ccn"},
    "VA": {"medicaid.va", "va-ccn"},
    "MA": {"commercial.bcbsma", "medicare-advantage.aetna"},
    "Humana": {"medicare-advantage.humana"},  # the commercial product is not on file
    "Aetna Better Health of Texas": {"commercial.aetna", "medicare-advantage.aetna"},
    "Horizon NJ Health": {"commercial.horizon"},
    "UHC Community Plan TX": {"commercial.uhc", "medicare-advantage.uhc"},
    "BCBS": {"commercial.bcbsma", "commercial.bcbsnc", "commercial.bcbsnd"},
    "Blue Cross Ohio": set(),
    "Blue Cross of California": set(),  # another company than Blue Shield of California
    "commercial California": set(),
    "Medicaid": {"medicaid.or", "medicaid.wa"},
    "Medicaid Nebraska": set(),
    "work comp": {"workers-comp.tx"},
    "Cigna Medicare": {"commercial.cigna"},
    "Medicare HMO": set(),
    "Medigap": set(),
    "Kaiser": {"commercial.kaiser"},  # another company in each state
    "zzzz": set(),
}


@pytest.mark.parametrize(("id", "text"), [(id, text) for id, texts in TYPED.items() for text in texts])
def test_what_people_type_finds_the_payer(id: str, text: str) -> None:
    found = PAYERS.match(text, spell=True)
    assert (found.id, bool(found.why)) == (id, True), found


@pytest.mark.parametrize("text", UNSURE)
def test_what_is_not_said_is_not_guessed(text: str) -> None:
    found = PAYERS.match(text, spell=True)
    assert found.id is None
    assert UNSURE[text] <= {one.id for one in found.candidates}, found


@pytest.mark.parametrize(
    ("name", "payer_id", "hints", "id"),
    [
        ("OREGON MEDICAID", None, Hints(), "medicaid.or"),
        ("AETNA", "60054", Hints("16"), "medicare-advantage.aetna"),
        ("AETNA", "60054", Hints("CI"), "commercial.aetna"),
        ("AETNA", "60054", Hints(line_of_business="medicare-advantage"), "medicare-advantage.aetna"),
        ("AETNA", "60054", Hints(), None),
        ("AETNA MEDICARE", "60054", Hints(), "medicare-advantage.aetna"),
        ("UNITEDHEALTHCARE", "87726", Hints(plan="UHC Dual Complete"), "medicare-advantage.uhc"),
        ("CIGNA", "87726", Hints(), None),  # name and id disagree
        (None, "62308", Hints(), "commercial.cigna"),
        ("AETNA", "AET99", Hints(), None),  # an id that is only reported settles nothing
        ("MEDICAID", None, Hints("MC", state="OR"), "medicaid.or"),
        ("MEDICAID", None, Hints("MC"), None),
        ("MEDICAID WASHINGTON", None, Hints("MC", state="OR"), "medicaid.wa"),
        ("HUMANA", None, Hints("16"), "medicare-advantage.humana"),
        ("HUMANA", None, Hints(), None),
        ("CIGNA", None, Hints("MC"), None),  # the commercial pack is not the Medicaid plan that the claim speaks of
        ("CGINA", None, Hints(), None),  # a claim is not spelled anew
        (None, None, Hints("MB"), "medicare.part-b"),
        ("RIVERBEND MUTUAL", None, Hints("MB"), "medicare.part-b"),
    ],
)
def test_a_claim_names_its_payer(name: str | None, payer_id: str | None, hints: Hints, id: str | None) -> None:
    assert PAYERS.find(name, payer_id, hints).id == id


def test_confidence_says_what_was_needed() -> None:
    words = {
        text: PAYERS.match(text, spell=True).confidence for text in ("cigna", "Cigna PPO", "Premera PPO", "Cgina", "OHP", "62308", "UHC")
    }
    assert words == {
        "cigna": "likely", "Cigna PPO": "likely", "Premera PPO": "likely", "Cgina": "likely",
        "OHP": "exact", "62308": "exact", "UHC": "unsure",
    }  # fmt: skip


@pytest.mark.parametrize("head", [head for head in BOOK.packs() if head.payer], ids=lambda head: head.id)
def test_every_name_of_a_bundled_pack_leads_to_it(head: PackHead) -> None:
    """A bare brand may stay open; no name leads anywhere else."""
    plans = [name for plan in head.plans for name in (plan.name, *plan.aliases)]
    for name in (head.id, head.title, *head.aliases, *plans, *(one.id for one in head.payer_ids if one.confirmed)):
        found = BOOK.identify(name).payer
        assert found is None or found.id == head.id, name
    assert BOOK.payer(head.title) == head


WRONG = {
    "brand: uch": "_terms.yaml has no brand uch; did you mean uhc?",
    "lines_of_business: [medicad]": "_terms.yaml has no line of business medicad; did you mean medicaid?",
    "states: [or]": "_terms.yaml has no state or; did you mean OR?",
    "plans: [{name: One, states: [XX]}]": "_terms.yaml has no state XX; known:",
    "payer_ids: [{id: '1', grade: B}]": "a payer id of grade B names its source",
    "contacts: [{purpose: portal, name: Portal, sources: [{ref: gone}]}]": "sources.yaml has no source gone",
    "contacts: [{purpose: portal, name: Portal, sources: []}]": "contacts",
}


@pytest.mark.parametrize("text", WRONG)
def test_an_identity_that_cannot_be_right_is_a_fault(text: str, tmp_path: Path) -> None:
    (tmp_path / "pack.yaml").write_text(f"pack: commercial.x\nformat: '1'\ntitle: X\nversion: 2026.1.0\n{text}\n", "utf-8")
    faults = [fault.text(tmp_path) for fault in Session([tmp_path]).library.compiled(tmp_path).faults]
    assert len(faults) == 1
    assert faults[0].startswith("pack.yaml:5:")
    assert WRONG[text] in faults[0]


def test_no_word_means_two_brands_or_two_states() -> None:
    for named in ([brand.names for brand in TERMS.brands.values()], [(code, *names) for code, names in TERMS.states.items()]):
        keys = [key(name) for names in named for name in names]
        assert len(keys) == len(set(keys))


@pytest.mark.parametrize(("home", "billed", "state"), [("OR", None, "OR"), ("OR", "OR", "OR"), ("OR", "WA", None), (None, "OR", None)])
def test_the_state_of_a_claim_is_where_the_patient_lives(home: str | None, billed: str | None, state: str | None) -> None:
    """Near a border nobody can tell whose Medicaid a bare "MEDICAID" is."""
    line = Line(date(2026, 3, 2), "97110", 1)
    claim = Claim(
        "A1", (line,), payer="MEDICAID", filing_indicator="MC", patient=Patient(state=home), billing_provider=Provider(state=billed)
    )
    assert hints(claim) == Hints("MC", None, None, state)


PAYER_IDS = Path(__file__).parents[2] / "shared" / "facts" / "commercial" / "payer_ids.csv"
NOT_ON_FILE = (
    "UnitedHealthcare AARP Medicare Supplement", "UnitedHealthcare Plan of the River Valley", "Sierra Health and Life",
    "OptumHealth Complex Medical Conditions", "OptumCare", "Rocky Mountain HMO", "UnitedHealthcare Community Plan",
    "Humana encounters", "Centene", "Blue Cross Blue Shield of Minnesota", "BCBS South Carolina FEP", "Planned Administrators Inc",
    "BCBS South Carolina Medicare Advantage", "Texas Health Aetna", "Texas Children's Health Plan", "Texas Mutual",
)  # fmt: skip
"""Payers of that list without a pack of their own, or ids that no claim for payment goes to."""


@pytest.mark.skipif(not PAYER_IDS.exists(), reason="the researched facts are not beside the checkout")
def test_every_researched_payer_id_finds_its_pack() -> None:
    with PAYER_IDS.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["payer_id"] and row["grade"] in "AB"]
    on_file = {one.id for pack in BOOK.packs() if pack.id != "common" for one in BOOK.payer(pack.id).payer_ids}
    missing = {
        (row["payer"], row["payer_id"])
        for row in rows
        if row["payer_id"] not in on_file
        and not f"{row['payer']} {'encounters' if 'encounters' in row['line_of_business'] else ''}".startswith(NOT_ON_FILE)
    }
    assert not missing
