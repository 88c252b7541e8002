"""From a worked case to a claim of the contract: only what the case says, word for word mapped to a field, nothing filled in.

What has no field in the contract (who performed a service, which papers lie in the record) is left out and named, so that the
list of cases can say which fact was missing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from ruamel.yaml import YAML

from payerbook.api import Book
from payerbook.claim import Claim

TERMS = Path(__file__).parents[2] / "policies" / "_terms.yaml"

TAXONOMY = {"physician": "207Q00000X", "PT": "225100000X", "PTA": "225200000X", "student": "390200000X"}
"""Words for who renders or performs a service, as provider taxonomy codes (NUCC); of "PT with student" the first counts."""

FACILITIES = {"CORF": {"claim_type": "institutional", "bill_type": "751"}}
"""Words for a facility in the payer's text, and how such a facility bills."""

MODALITIES = {r"\bvideo\b": "audio-video", r"\baudio[- ]only\b|\btelephone\b": "audio-only"}
"""Words for how a visit at a distance was held."""

RECORD = ("order_on", "evaluation_on", "plan_of_care", "progress_reports", "treatment_notes", "statements")
"""What a record without any document is known to lack."""

ROLES = {"physician": "physician", "PA": "physician-assistant", "NP": "nurse-practitioner", "CNS": "clinical-nurse-specialist"}
"""Words for who signed a plan of care."""

INCURRED = {"pt_slp_incurred": "PT+SLP", "ot_incurred": "OT"}
"""History words for dollars used of Medicare's yearly amount, and the bucket they fill."""

VISITS = {
    "visits_this_year": None,
    "all_therapy_visits_this_year": ["PT", "OT", "SLP"],
    "pt_visits_this_year": ["PT"],
    "ot_visits_this_year": ["OT"],
    "slp_visits_this_year": ["SLP"],
}
"""History words for visits of the calendar year, and the disciplines they count."""


class Adapted(NamedTuple):
    """A claim, and the words of the case that no field of the contract holds."""

    claim: Claim
    left_out: tuple[str, ...]


def identify(book: Book, text: str) -> dict[str, Any] | None:
    """What a case's payer text says, as fields of a claim: payer, and plan, line of business and state where it says them.

    The whole text counts, else the text without the remark in brackets; None when no pack on file answers to either. A state is
    that of the payer who is named by it, or the one that the text names.
    """
    found = next((one for one in map(book.identify, (text, _without_remark(text))) if one.payer is not None), None)
    if found is None or found.payer is None:
        return None
    plan = next((one for one in found.payer.plans if one.name == found.plan), None)
    lines = (plan.line_of_business,) if plan is not None and plan.line_of_business else found.payer.lines_of_business
    states = _states(text) or found.payer.states
    fields: dict[str, Any] = {"payer": found.payer.id}
    if plan is not None:
        fields["plan"] = plan.name
    if len(lines) == 1:
        fields["line_of_business"] = lines[0]
    if len(states) == 1:
        fields["billing_provider"] = {"state": states[0]}
    return fields


def _without_remark(text: str) -> str:
    return re.sub(r"\s*\(.*?\)\s*", " ", text).strip()


@cache
def _state_names() -> dict[str, str]:
    """Names of states as people write them, to their postal codes."""
    terms = YAML(typ="safe").load(TERMS)
    return {name: state for state, names in terms["states"].items() for name in names}


def _states(text: str) -> tuple[str, ...]:
    """The states that a text names; of names that lie in one another the longest counts."""
    names = "|".join(map(re.escape, sorted(_state_names(), key=len, reverse=True)))
    return tuple(dict.fromkeys(_state_names()[found] for found in re.findall(rf"\b({names})\b", text)))


def adapt(case: Mapping[str, Any], payer: Mapping[str, Any], more: Mapping[str, Any] | None = None) -> Adapted:
    """The claim of a case with these fields of its payer (see `identify`); `more` is a part of a claim that is laid over it."""
    day = date.fromisoformat(case["date_of_service"])
    given = case["claim"]
    history = dict(given["history"])
    left_out: list[str] = []
    diagnoses = list(dict.fromkeys(code for line in given["lines"] for code in line.get("dx", ())))
    lines = [_line(case, number, line, diagnoses, left_out) for number, line in enumerate(given["lines"], 1)]
    _allow(lines, history.pop("this_visit_allowed", None))
    context = _context(day, history)
    left_out += [f"history: {name}" for name in history]
    context.update(_authorizations(given["auth"], left_out))
    context.update(_telehealth(case["situation"]))
    if isinstance(given["documents"], list):
        context.update(_documentation(day, given["documents"], left_out))
    data = {**payer, "claim_id": case["id"], "lines": lines, "diagnoses": diagnoses or None, "context": context or None}
    for word, bills in FACILITIES.items():
        if re.search(rf"\b{word}\b", case["payer"]):
            data.update(bills)
    return Adapted(msgspec.convert(_laid_over(data, more or {}), Claim), tuple(left_out))


def _laid_over(below: Any, above: Any) -> Any:
    """`above` laid over `below`: mappings key by key, lists of mappings item by item, anything else replaced."""
    if isinstance(below, Mapping) and isinstance(above, Mapping):
        return {**below, **{key: _laid_over(below.get(key), value) for key, value in above.items()}}
    if isinstance(below, list) and isinstance(above, list) and len(below) == len(above):
        return [_laid_over(*pair) for pair in zip(below, above, strict=True)]
    return above


def _line(case: Mapping[str, Any], number: int, line: Mapping[str, Any], diagnoses: list[str], left_out: list[str]) -> dict[str, Any]:
    made: dict[str, Any] = {
        "number": number,
        "service_date": case["date_of_service"],
        "code": line["code"],
        "modifiers": line["modifiers"],
        "units": line["units"],
        "minutes": line.get("minutes"),
        "place_of_service": line["pos"],
    }
    if "dx" in line:
        made["diagnosis_pointers"] = [diagnoses.index(code) + 1 for code in line["dx"]]
    who = line.get("rendering") or line.get("performed_by", "").partition(" with ")[0]
    if who in TAXONOMY:
        made["rendering_provider"] = {"taxonomy": TAXONOMY[who]}
    left_out += [f"lines: {name}" for name in ("referring_npi",) if name in line]
    return made


def _allow(lines: list[dict[str, Any]], visit: int | None) -> None:
    """Shares the allowed amount of a visit out over its lines, by units; cents that are left go to the last line."""
    if visit is None:
        return
    total, units = Decimal(visit), sum(line["units"] for line in lines)
    shares = [(total * line["units"] / units).quantize(Decimal("0.01")) for line in lines]
    shares[-1] += total - sum(shares)
    for line, share in zip(lines, shares, strict=True):
        line["allowed"] = share


def _context(day: date, history: dict[str, Any]) -> dict[str, Any]:
    """What the history words say, taken out of `history`; amounts stand as of the day before the service."""
    context: dict[str, Any] = {}
    used = {bucket: history.pop(word) for word, bucket in INCURRED.items() if word in history}
    if used:
        before = day - timedelta(days=1)
        context["accumulators"] = [
            {"name": "medicare-threshold", "bucket": bucket, "year": day.year, "used": Decimal(amount), "as_of": before}
            for bucket, amount in used.items()
        ]
    eligibility: dict[str, Any] = {}
    visits = {word: history.pop(word) for word in VISITS if word in history}
    if visits:
        eligibility["benefits"] = [
            {"name": "visits", "disciplines": VISITS[word], "used": number, "period": "calendar-year"} for word, number in visits.items()
        ]
    if "open_home_health_episode" in history:
        eligibility["other_open_episodes"] = ["home-health"] if history.pop("open_home_health_episode") else []
    if eligibility:
        context["eligibility"] = eligibility
    episode: dict[str, Any] = {}
    if "visit_number" in history:
        episode["visit_number"] = history.pop("visit_number")
    if history.get("therapy_type") in ("acute", "chronic"):
        episode["acuity"] = history.pop("therapy_type")
    if episode:
        context["episode"] = episode
    if "monitoring_days" in history:
        context["remote_monitoring"] = {"monitored_days": history.pop("monitoring_days")}
    return context


def _telehealth(situation: str) -> dict[str, Any]:
    """How and where a visit at a distance was held, as the text of the case says."""
    for words, modality in MODALITIES.items():
        if re.search(words, situation, re.IGNORECASE):
            home = {"patient_location": "home"} if re.search(r"\bpatient at home\b", situation) else {}
            return {"telehealth": {"modality": modality, **home}}
    return {}


def _documentation(day: date, documents: list[str], left_out: list[str]) -> dict[str, Any]:
    """What the documents of a case show; those without a date or a fact of the contract are named in `left_out`."""
    if not documents:
        return {"documentation": {"absent": list(RECORD)}}
    made: dict[str, Any] = {}
    for text in documents:
        shown = _shown(day, text)
        if not shown:
            left_out.append(f"documents: {text}")
        made.update(shown)
    return {"documentation": made} if made else {}


def _shown(day: date, text: str) -> dict[str, Any]:
    """What one document shows. What it states is left out: the list of statements of a claim is taken as the whole list."""
    if found := re.search(r"ABN dated (\d{4}-\d\d-\d\d)", text):
        return {"abn": {"signed_on": found[1]}}
    if found := re.search(r"\b(blanket|routine) ABN\b", text):
        return {"abn": {"kind": found[1]}}
    if found := re.search(r"plan signed by (?:a |the )?(\w+)", text):
        return {"plan_of_care": {"certified_by_role": ROLES[found[1]]}} if found[1] in ROLES else {}
    if found := re.search(r"physician review dated (\d+) days earlier", text):
        return {"plan_of_care": {"certified_on": day - timedelta(days=int(found[1])), "certified_by_role": "physician"}}
    if found := re.search(r"note with (\d+) timed minutes", text):
        return {"treatment_notes": [{"service_date": day, "timed_minutes": int(found[1])}]}
    if re.search(r"\bunsigned note\b", text):
        return {"treatment_notes": [{"service_date": day}], "absent": ["treatment_notes.signed_on"]}
    return {}


def _authorizations(given: Any, left_out: list[str]) -> dict[str, Any]:
    if given == "not stated":
        return {}
    if given == "none":
        return {"authorizations": []}
    fields = {"visits": given["visits"]} if "visits" in given else {}
    if given.get("requested"):
        fields["status"] = "requested"
    if given.get("TAR") == "approved":
        fields["status"] = "approved"
    left_out += [f"auth: {name}" for name in given if name not in ("visits", "requested", "TAR")]
    return {"authorizations": [fields]}
