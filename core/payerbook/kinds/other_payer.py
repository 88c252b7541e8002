"""Claims to a secondary payer: they say what each payer before it paid and adjusted, and the two make up the charge."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

from msgspec import Meta

from payerbook.claim import OtherPayer
from payerbook.kinds.base import NOT_APPLICABLE, Case, Check, Fix, Hit, Kind, Params, Result, Tables, money


class OtherPayerAmounts(Params, frozen=True):
    balance: Annotated[bool, Meta(description="What the other payer paid and adjusted has to add up to the charge of the claim.")] = True


def bind(params: OtherPayerAmounts, tables: Tables) -> Check:
    def check(case: Case, indexes: tuple[int, ...]) -> Result:
        claim = case.claim
        if claim.payer_sequence is None and claim.other_payers:
            return [Hit("unknown", None, "sequence", needs=("payer_sequence",), field="payer_sequence")]
        if claim.payer_sequence not in ("secondary", "tertiary"):
            return NOT_APPLICABLE
        if not claim.other_payers:
            return [_fail("absent", {}, "other_payers", "add the payer before this one, with its remittance")]
        hits: list[Hit] = []
        for place, other in enumerate(claim.other_payers):
            field = f"other_payers[{place}]"
            if other.paid is None:
                hits.append(_fail("paid", {"place": place + 1}, f"{field}.paid", "take it from the other payer's remittance; zero counts"))
            elif params.balance and len(claim.other_payers) == 1:
                hits.extend(_balance(other, other.paid, claim.total_charge, field))
        return hits or None

    return check


def _balance(other: OtherPayer, paid: Decimal, charge: Decimal | None, field: str) -> list[Hit]:
    if charge is None or other.adjusted is None:
        need = f"{field}.adjusted" if other.adjusted is None else "total_charge"
        return [Hit("unknown", None, "unbalanced-unknown", needs=(need,), field=field)]
    if paid + other.adjusted == charge:
        return []
    facts = {"paid": money(paid), "adjusted": money(other.adjusted), "charge": money(charge)}
    return [_fail("unbalanced", facts, field, "enter the other payer's payment and adjustments as its remittance has them")]


def _fail(key: str, facts: dict[str, Any], field: str, why: str) -> Hit:
    return Hit("fail", None, key, facts, field=field, fixes=(Fix("verify", None, None, "ask", why),))


def sentence(params: OtherPayerAmounts) -> str:
    balance = "; payment and adjustments make up the charge" if params.balance else ""
    return f"A claim to a secondary payer says what the payer before it paid{balance}."


KIND = Kind(
    name="other-payer",
    title="Other payer's amounts",
    about="Secondary claims without what the payer before paid and adjusted, or with amounts that do not make up the charge.",
    params=OtherPayerAmounts,
    evidence=("claim", "record"),
    bind=bind,
    sentence=sentence,
    whole_claim=True,
    messages={
        "sequence": "The claim names another payer but not which of the two comes first.",
        "absent": "The claim goes to a secondary payer but names no payer before it.",
        "paid": "The claim does not say what other payer {place} paid.",
        "unbalanced": "The other payer paid {paid} and adjusted {adjusted}; together they do not make up the charge of {charge}.",
        "unbalanced-unknown": "Whether the other payer's payment and adjustments make up the charge is not known.",
    },
)
