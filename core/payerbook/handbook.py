"""What billers look up besides rules: denial codes, topics, myths. Data under policies/_denials and policies/_pages; this is its shape."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from payerbook.policy import Grade, Topic

Group = Literal["CO", "PR", "OA", "PI", "CR"]
Step = Literal["correct", "appeal", "bill-patient", "bill-other-payer", "write-off", "none"]
Concern = Literal[
    "authorization", "bundling", "coding", "coordination-of-benefits", "documentation", "duplicate", "eligibility-coverage", "frequency",
    "medical-necessity", "other", "patient-responsibility", "timely-filing",
]  # fmt: skip


class _Shape(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Base of all shapes here."""


class Document(_Shape, frozen=True):
    """What the lists of codes, or what is done about them, were read in."""

    title: str
    publisher: str
    grade: Grade
    url: str | None = None
    date: str | None = None
    note: str | None = None


class GroupCode(_Shape, frozen=True):
    """Who bears an adjustment."""

    means: Annotated[str, Meta(description="Our own words.")]
    sources: tuple[str, ...]
    grade: Grade


class Reason(_Shape, frozen=True):
    """A claim adjustment reason code (CARC)."""

    groups: Annotated[tuple[Group, ...], Meta(description="Group codes it is seen with, the usual one first.", min_length=1)]
    means: Annotated[str, Meta(description="Our own words, never the official text.", min_length=1)]
    concern: Concern
    steps: Annotated[tuple[Step, ...], Meta(description="What to do, the first to think of first.", min_length=1)]
    fix: Annotated[str, Meta(description="What to do, in a sentence or two.", min_length=1)]
    sources: tuple[str, ...]
    grade: Annotated[Grade, Meta(description="How well the code itself was read.")]
    fix_grade: Annotated[Grade, Meta(description="How well the advice is backed: M is practice, not read in a source.")]
    causes: Annotated[tuple[str, ...], Meta(description="Why it comes on therapy claims, the likeliest first.")] = ()
    check: Annotated[str, Meta(description="What to look at before a claim goes out.")] = ""
    remarks: Annotated[tuple[str, ...], Meta(description="Remark codes (RARC) seen with it.")] = ()
    like: Annotated[tuple[str, ...], Meta(description="Reason codes that payers use for the same thing.")] = ()
    often: Annotated[tuple[str, ...], Meta(description="Documents that list it among the common ones on therapy claims.")] = ()


class EndedReason(_Shape, frozen=True):
    """A reason code that is used no more."""

    ended: Annotated[str, Meta(description="The last day.", extra_json_schema={"format": "date"})]
    sources: tuple[str, ...]
    instead: Annotated[tuple[str, ...], Meta(description="Codes that took its place, as far as known.")] = ()


class Remark(_Shape, frozen=True):
    """A remittance advice remark code (RARC)."""

    means: Annotated[str, Meta(description="Our own words, never the official text.", min_length=1)]
    concern: Concern
    sources: tuple[str, ...]
    grade: Grade
    reasons: Annotated[tuple[str, ...], Meta(description="Reason codes (CARC) that it explains.")] = ()
    alert: Annotated[bool, Meta(description="It informs and explains no adjustment.")] = False
    ended: Annotated[str | None, Meta(description="The last day.", extra_json_schema={"format": "date"})] = None


class Denials(_Shape, frozen=True):
    """Codes of remittances as far as they matter to therapy."""

    sources: dict[str, Document] = {}
    groups: dict[str, GroupCode] = {}
    reasons: dict[str, Reason] = {}
    ended: dict[str, EndedReason] = {}
    remarks: dict[str, Remark] = {}

    def slug(self, code: str) -> str:
        """How a reason code is written with the group code that it usually has: co-97."""
        return f"{self.reasons[code].groups[0]}-{code}".lower()


Shelf = Literal["before", "coverage", "units", "modifiers", "record", "claim", "denials", "payment"]
Counter = Literal["units", "price", "kx", "deadlines", "certification", "visits"]


class TopicPage(_Shape, frozen=True):
    """A subject that people look up. What rules set is never typed here: the page takes it from the `rules`."""

    title: str
    group: Annotated[Shelf, Meta(description="Where it stands in the list of topics.")]
    answer: Annotated[str, Meta(description="The answer in two or three sentences, without figures that a rule holds.", min_length=1)]
    rules: Annotated[tuple[str, ...], Meta(description="Ids of the rules that say it, the most important first.")] = ()
    topics: Annotated[tuple[Topic, ...], Meta(description="Topics whose rules are listed for each payer.")] = ()
    kinds: Annotated[tuple[str, ...], Meta(description="Of these, only rules of these kinds; without it, of every kind.")] = ()
    codes: Annotated[tuple[str, ...], Meta(description="Of these, only rules that name one of these codes.")] = ()
    matrix: Annotated[str | None, Meta(description="The table of payers on this point.")] = None
    calculator: Annotated[Counter | None, Meta(description="The calculator that counts it.")] = None
    more: Annotated[tuple[str, ...], Meta(description="Further paragraphs.")] = ()
    do: Annotated[tuple[str, ...], Meta(description="What to do, step by step.")] = ()


class Myth(_Shape, frozen=True):
    """Something that is often said and is not so."""

    said: Annotated[str, Meta(min_length=1)]
    true: Annotated[str, Meta(description="What is so, without figures that a rule holds.", min_length=1)]
    rules: Annotated[tuple[str, ...], Meta(description="Ids of rules that prove it.")] = ()
    topic: Annotated[str | None, Meta(description="The topic page that tells more.")] = None


class GuideStep(_Shape, frozen=True):
    """One step of a guide."""

    title: str
    text: Annotated[str, Meta(description="Two or three sentences, without figures that a rule holds.", min_length=1)]
    rules: Annotated[tuple[str, ...], Meta(description="Ids of rules that show it.")] = ()
    topics: Annotated[tuple[str, ...], Meta(description="Topic pages that tell more.")] = ()


class Guide(_Shape, frozen=True):
    """A way through the site for somebody who is new to it, step by step."""

    title: str
    answer: Annotated[str, Meta(description="The whole way in two or three sentences.", min_length=1)]
    steps: Annotated[tuple[GuideStep, ...], Meta(min_length=1)]


class Handbook(_Shape, frozen=True):
    """Texts of the reference site that stand on rules."""

    topics: dict[str, TopicPage] = {}
    myths: dict[str, Myth] = {}
    guides: dict[str, Guide] = {}
