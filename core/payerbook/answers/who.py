"""Who a payer is, as it is sent (contract, section 4): what a name means, and the card of the payer that it means."""

from __future__ import annotations

from typing import Literal

import msgspec

from payerbook.answers.questions import ContactAnswer
from payerbook.claim import SCHEMA_VERSION
from payerbook.engine.render import cite
from payerbook.payers import Candidate, Confidence, Match
from payerbook.policy import Contact, PackHead, PayerId, Plan


class AskedName(msgspec.Struct, frozen=True):
    question: Literal["payer"]
    text: str


class PayerCard(msgspec.Struct, frozen=True):
    """What a pack says of its payer. `payer_ids` of grade C or M are only reported; `states` empty = every state."""

    id: str
    title: str
    version: str
    brand: str | None
    lines_of_business: tuple[str, ...]
    states: tuple[str, ...]
    aliases: tuple[str, ...]
    plans: tuple[Plan, ...]
    payer_ids: tuple[PayerId, ...]
    filing_indicators: tuple[str, ...]
    contacts: tuple[ContactAnswer, ...]


class PayerAnswer(msgspec.Struct, frozen=True):
    """`payer` is None when the name means none or several: `candidates` then lists the nearest, best first."""

    schema_version: Literal["1"]
    asked: AskedName
    payer: PayerCard | None
    plan: str | None
    confidence: Confidence
    why: tuple[str, ...]
    candidates: tuple[Candidate, ...]


def answer(text: str, match: Match, head: PackHead | None) -> PayerAnswer:
    """What a name means; `head` is that of the pack matched."""
    return PayerAnswer(
        schema_version=SCHEMA_VERSION,
        asked=AskedName("payer", text),
        payer=None if head is None else _card(head),
        plan=match.plan,
        confidence=match.confidence,
        why=match.why,
        candidates=match.candidates,
    )


def _card(head: PackHead) -> PayerCard:
    return PayerCard(
        id=head.id,
        title=head.title,
        version=head.version,
        brand=head.brand,
        lines_of_business=head.lines_of_business,
        states=head.states,
        aliases=head.aliases,
        plans=head.plans,
        payer_ids=head.payer_ids,
        filing_indicators=head.filing_indicators,
        contacts=contacts(head.contacts),
    )


def contacts(found: tuple[Contact, ...], *purposes: str) -> tuple[ContactAnswer, ...]:
    """Contacts for these purposes (none given = for all), with their sources as answers cite them."""
    return tuple(
        ContactAnswer(one.purpose, one.name, one.url, one.address, one.phone, one.note, cite(one.sources))
        for one in found
        if not purposes or one.purpose in purposes
    )
