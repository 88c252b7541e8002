"""From a worked case to a claim of the contract: only what the case says, word for word mapped to a field, nothing filled in.

What has no field in the contract (who performed a service, which papers lie in the record) is left out and named, so that the
list of cases can say which fact was missing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

import msgspec

from payerbook.api import Book
from payerbook.claim import Claim
from payerbook.errors import UsageError

TAXONOMY = {"physician": "207Q00000X", "PTA": "225200000X"}
"""Words for who renders a service, as provider taxonomy codes (NUCC)."""

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


def payer(book: Book, text: str) -> str | None:
    """The pack for a case's payer: by the whole text, else without the remark in brackets; None when none is on file."""
    for name in (text, re.sub(r"\s*\(.*?\)\s*", " ", text).strip()):
        try:
            return book.payer(name).id
        except UsageError:
            continue
    return None


def adapt(case: Mapping[str, Any], pack: str) -> Adapted:
    """The claim of a case, sent to the payer with this pack id."""
    given = case["claim"]
    history = dict(given["history"])
    left_out: list[str] = []
    diagnoses = list(dict.fromkeys(code for line in given["lines"] for code in line.get("dx", ())))
    lines = [_line(case, number, line, diagnoses, left_out) for number, line in enumerate(given["lines"], 1)]
    _allow(lines, history.pop("this_visit_allowed", None))
    context = _context(date.fromisoformat(case["date_of_service"]), history)
    left_out += [f"history: {name}" for name in history]
    context.update(_authorizations(given["auth"], left_out))
    if isinstance(given["documents"], list):
        left_out.append("documents")
    data = {"claim_id": case["id"], "payer": pack, "lines": lines, "diagnoses": diagnoses or None, "context": context or None}
    return Adapted(msgspec.convert(data, Claim), tuple(left_out))


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
    if line.get("rendering") in TAXONOMY:
        made["rendering_provider"] = {"taxonomy": TAXONOMY[line["rendering"]]}
    left_out += [f"lines: {name}" for name in ("performed_by", "referring_npi") if name in line]
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
    if "visit_number" in history:
        context["episode"] = {"visit_number": history.pop("visit_number")}
    if "monitoring_days" in history:
        context["remote_monitoring"] = {"monitored_days": history.pop("monitoring_days")}
    return context


def _authorizations(given: Any, left_out: list[str]) -> dict[str, Any]:
    if given == "not stated":
        return {}
    if given == "none":
        return {"authorizations": []}
    fields = {"visits": given["visits"]} if "visits" in given else {}
    if given.get("requested"):
        fields["status"] = "requested"
    left_out += [f"auth: {name}" for name in given if name not in ("visits", "requested")]
    return {"authorizations": [fields]}
