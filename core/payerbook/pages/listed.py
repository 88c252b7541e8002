"""What lists and single entries hand out to programs, typed: packs, rules, payers, codes, changes, denials, checklists, quality."""

from __future__ import annotations

import datetime

import msgspec

from payerbook.answers.changes import PolicyChange
from payerbook.finding import PackUsed
from payerbook.handbook import Document, EndedReason, GroupCode, Reason, Remark
from payerbook.pages.published import Published
from payerbook.policy import Grade, PackHead, Rule, Severity, Version


class ListedPack(PackHead, frozen=True, omit_defaults=True, kw_only=True):
    """The head of a pack, and where its rules stand."""

    url: str


class ListedRule(msgspec.Struct, frozen=True):
    """A rule, and where it stands: for people, and whole as JSON."""

    id: str
    title: str
    topic: str
    url: str
    json: str


class Index(Published, frozen=True, kw_only=True):
    """Every pack and every rule."""

    rules: tuple[ListedRule, ...]
    packs: tuple[ListedPack, ...]


class RuleFile(Published, frozen=True, kw_only=True):
    """One rule. `setting` is the version of the day, or the one nearest to it with the `reason` why it does not stand."""

    pack: PackUsed
    url: str
    in_force: bool
    reason: str | None
    severity: Severity
    sentence: str | None
    setting: Version
    rule: Rule


class ListedPayer(msgspec.Struct, frozen=True, kw_only=True):
    """A payer, and the answers about the codes of which one of its rules speaks, by code."""

    id: str
    title: str
    version: str
    digest: str
    aliases: tuple[str, ...]
    lines_of_business: tuple[str, ...]
    states: tuple[str, ...]
    url: str
    json: str
    feed: str
    codes: dict[str, str]


class PayerList(Published, frozen=True, kw_only=True):
    """Every payer."""

    payers: tuple[ListedPayer, ...]


class ListedCode(msgspec.Struct, frozen=True, kw_only=True):
    """A procedure code with our own label."""

    code: str
    label: str
    disciplines: tuple[str, ...]
    timing: str
    add_on_to: tuple[str, ...]
    url: str
    json: str
    history: str


class CodeList(Published, frozen=True, kw_only=True):
    """Every procedure code."""

    codes: tuple[ListedCode, ...]


class ListedChange(PolicyChange, frozen=True, kw_only=True):
    """A change; `payers` are all that it came to, `told` the day on which it became known as far as that is known."""

    id: str
    payers: tuple[str, ...]
    told: datetime.date


class ChangeList(Published, frozen=True, kw_only=True):
    """Changes, newest first; those ahead nearest first."""

    changes: tuple[ListedChange, ...]


class DenialFile(Published, frozen=True, kw_only=True):
    """A claim adjustment reason code (CARC) in our own words, and the rules that catch it before billing.

    `slug` is the code with the group code that it usually has; `sources` are the documents that the entry names.
    """

    code: str
    slug: str
    url: str
    reason: Reason
    rules: tuple[str, ...]
    sources: dict[str, Document]


class RemarkFile(Published, frozen=True, kw_only=True):
    """A remittance advice remark code (RARC) in our own words."""

    code: str
    url: str
    remark: Remark
    sources: dict[str, Document]


class ListedReason(msgspec.Struct, frozen=True):
    """A reason code, and where it stands."""

    code: str
    slug: str
    url: str
    json: str
    reason: Reason


class ListedRemark(msgspec.Struct, frozen=True):
    """A remark code, and where it stands."""

    code: str
    url: str
    json: str
    remark: Remark


class DenialList(Published, frozen=True, kw_only=True):
    """Every code of remittances on file: group codes, reason codes, those that are used no more, remark codes."""

    groups: dict[str, GroupCode]
    reasons: tuple[ListedReason, ...]
    ended: dict[str, EndedReason]
    remarks: tuple[ListedRemark, ...]
    sources: dict[str, Document]


class Box(msgspec.Struct, frozen=True):
    """One box to tick, the rule that asks for it, and what belongs to it."""

    text: str
    rule: str | None
    details: tuple[str, ...]


class Part(msgspec.Struct, frozen=True):
    """The boxes of one person."""

    desk: str
    checks: tuple[Box, ...]


class Sheet(Published, frozen=True, kw_only=True):
    """A checklist for a sort of visit with a payer; the code stands for the visit."""

    payer: str
    visit: str
    code: str
    checklist: tuple[Part, ...]


class Strength(msgspec.Struct, frozen=True):
    """How many small faults put into a pack its cases noticed."""

    percent: float
    tried: int
    noticed: int


class PackQuality(msgspec.Struct, frozen=True, kw_only=True):
    """How well a pack is proved; `without_a_start` counts rules whose first day nobody states."""

    id: str
    rules: int
    citations: dict[Grade, int]
    shown_as: dict[Severity, int]
    without_a_start: int
    holes: tuple[str, ...]
    strength: Strength | None


class QualityFile(Published, frozen=True, kw_only=True):
    """How good the packs are."""

    strength_measured_on: datetime.date
    packs: tuple[PackQuality, ...]


LISTED: dict[str, type[Published]] = {
    "site-index": Index,
    "site-rule": RuleFile,
    "payer-list": PayerList,
    "code-list": CodeList,
    "change-list": ChangeList,
    "denial-list": DenialList,
    "denial": DenialFile,
    "remark": RemarkFile,
    "checklist": Sheet,
    "quality": QualityFile,
}
"""Each of these files by the name of its schema."""
