"""The shape of the files that authors write; the JSON Schemas and the reading of a file both come from these types."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from payerbook.handbook import Denials, Handbook
from payerbook.policy import Category, CodeInfo, DateBasis, Effect, Evidence, Grade, Purpose, Status, Topic
from payerbook.terms import Terms
from payerbook.units import Method

Day = Annotated[str, Meta(description="A day, YYYY-MM-DD.", extra_json_schema={"format": "date"})]
Digest = Annotated[str, Meta(description="SHA-256 of the document's bytes: 64 digits of 0-9 and a-f.", pattern="^[0-9a-f]{64}$")]
Code = Annotated[str, Meta(description="A code, in quotes.", min_length=1)]


class Doc(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """Base of all documents."""


class SetRef(Doc):
    set: Annotated[str | tuple[str, ...], Meta(description="One or several named code sets (files under _codes).")]


class WhenDoc(Doc):
    codes: Annotated[SetRef | tuple[Code, ...] | None, Meta(description="Codes the rule applies to: a list, or a named set.")] = None
    not_codes: Annotated[SetRef | tuple[Code, ...], Meta(description="Codes it does not apply to.")] = ()
    claim_types: tuple[Literal["professional", "institutional"], ...] | None = None
    places_of_service: tuple[Code, ...] | None = None
    not_places_of_service: tuple[Code, ...] = ()
    modifiers_any: Annotated[tuple[Code, ...] | None, Meta(description="Only lines with one of these modifiers.")] = None
    modifiers_none: Annotated[tuple[Code, ...], Meta(description="Only lines with none of these modifiers.")] = ()
    frequency_codes: tuple[Code, ...] | None = None
    payer_sequences: tuple[Literal["primary", "secondary", "tertiary", "unknown"], ...] | None = None
    lines_of_business: tuple[str, ...] | None = None
    not_lines_of_business: Annotated[tuple[str, ...], Meta(description="Lines of business it does not apply to.")] = ()
    plans: tuple[str, ...] | None = None
    not_plans: Annotated[tuple[str, ...], Meta(description="Plans it does not apply to.")] = ()
    states: Annotated[tuple[Code, ...] | None, Meta(description="Postal codes, in quotes: only billing providers of these states.")] = None
    not_states: Annotated[tuple[Code, ...], Meta(description="States of billing providers that it does not apply to.")] = ()
    ages: Annotated[
        Annotated[tuple[int, ...], Meta(min_length=1, max_length=2)] | None,
        Meta(description="First and last age in whole years on the first date of service, both included; [21] = 21 and older."),
    ] = None
    exemptions_none: Annotated[
        tuple[str, ...] | None, Meta(description="Only patients with none of these exemptions (context.eligibility.exemptions).")
    ] = None
    primary_diagnoses: Annotated[
        tuple[Code, ...] | None, Meta(description="Only claims whose first diagnosis begins with one of these (ICD-10-CM).")
    ] = None


class SourceRef(Doc):
    ref: Annotated[str, Meta(description="Id of a source in the pack's sources.yaml.")]
    section: str | None = None
    grade: Annotated[Grade | None, Meta(description="How this passage was read, where it differs from the source's own grade.")] = None
    proves: Annotated[
        Literal["dates"] | None,
        Meta(description="dates = it speaks of the days alone and counts for no severity."),
    ] = None
    note: str | None = None


class ReaderDoc(Doc):
    name: Annotated[str, Meta(description="A person's name, or a role.", min_length=1)]
    on: Day


class VersionDoc(Doc):
    from_: Annotated[Day | None, Meta(description="First day the rule stands in this form.")] = msgspec.field(name="from", default=None)
    attested_from: Annotated[
        Day | None, Meta(description="Instead of `from`: the first day that the source proves, when no source states the start.")
    ] = None
    to: Annotated[Day | None, Meta(description="Last day, included. Absent = until the next version, else open.")] = None
    known: Annotated[Day | None, Meta(description="The day the payer published it.")] = None
    hole: Annotated[str | None, Meta(description="Nothing could be read for these dates, and why; the answer is not-on-file.")] = None
    when: WhenDoc | None = None
    effect: Effect | None = None
    params: dict[str, Any] = {}
    sources: tuple[SourceRef, ...] = ()
    changed: Annotated[str | None, Meta(description="What changed, in a biller's words.")] = None
    read_by: Annotated[ReaderDoc | None, Meta(description="Who read the sources and wrote the version.")] = None
    second_reader: Annotated[ReaderDoc | None, Meta(description="Who read the sources a second time and found the version right.")] = None


class RuleDoc(Doc):
    rule: Annotated[str, Meta(description="Id: pack id, dot, file name.", pattern=r"^[a-z0-9-]+(\.[a-z0-9-]+)+$")]
    kind: Annotated[str | None, Meta(description="The rule kind; taken from `like` when absent.")] = None
    like: Annotated[str | None, Meta(description="A rule to take kind, settings and texts from.")] = None
    title: str | None = None
    status: Annotated[
        Status, Meta(description="draft: not checked for others; on-hold: shown as not checked; retired: ended, judges its old dates.")
    ] = "active"
    hold: Annotated[str | None, Meta(description="With the status on-hold: why the rule cannot be relied on now.")] = None
    replaced_by: str | None = None
    last_checked: Day | None = None
    when: WhenDoc | None = None
    date_basis: DateBasis | None = None
    effect: Annotated[Effect | None, Meta(description="What the payer does; the severity shown is capped by the sources.")] = None
    evidence: Annotated[
        Evidence | None, Meta(description="What answers the rule: the claim alone, a dated table, the record, or the chart.")
    ] = None
    topic: Topic | None = None
    category: Category | None = None
    applies_to_voids: Annotated[
        bool | None, Meta(description="Also checked on claims that only void another (frequency code 8); absent = false.")
    ] = None
    params: dict[str, Any] = {}
    versions: tuple[VersionDoc, ...] = ()
    why: str | None = None
    fix: str | None = None
    denials: Annotated[tuple[str, ...] | None, Meta(description="Claim adjustment reason codes seen with it: group-code, CO-4.")] = None
    checklist: tuple[str, ...] | None = None
    facts: Annotated[tuple[str, ...], Meta(description="Ids of the researched facts that this rule encodes.")] = ()


class SourceDoc(Doc):
    title: str
    publisher: str
    grade: Grade
    url: str | None = None
    section: str | None = None
    date: str | None = None
    last_checked: Day | None = None
    superseded: Annotated[bool, Meta(description="A newer edition exists that was not read.")] = False
    note: str | None = None
    sha256: Digest | None = None
    retrieved: Annotated[Day | None, Meta(description="The day on which the document with that hash was downloaded.")] = None


class PayerIdDoc(Doc):
    id: Code
    line_of_business: Annotated[str | None, Meta(description="The line of business that it is for, where it is not for all.")] = None
    clearinghouse: Annotated[str | None, Meta(description="The clearinghouse whose id it is, where it is not the payer's own.")] = None
    grade: Annotated[Grade | None, Meta(description="How it was read; C and M are listed as reported and resolve no claim.")] = None
    source: Annotated[str | None, Meta(description="Who says so: title or URL.")] = None
    note: str | None = None


class PlanDoc(Doc):
    name: Annotated[str, Meta(description="The product as cards and claims name it.")]
    aliases: tuple[str, ...] = ()
    line_of_business: str | None = None
    states: Annotated[tuple[Code, ...], Meta(description="Postal codes, in quotes; absent = those of the pack.")] = ()
    note: str | None = None


class ContactDoc(Doc):
    purpose: Purpose
    name: Annotated[str, Meta(description="Whose desk, portal or vendor it is.")]
    sources: Annotated[tuple[SourceRef, ...], Meta(description="Who says so: sources of the pack.", min_length=1)]
    url: str | None = None
    address: str | None = None
    phone: str | None = None
    note: str | None = None


class ExtendsDoc(Doc):
    pack: Annotated[str, Meta(description="The pack whose rules this payer follows.")]
    sources: Annotated[tuple[SourceRef, ...], Meta(description="Who says that it follows them: sources of this pack.", min_length=1)]
    from_: Annotated[Day | None, Meta(description="First day on which it follows them; absent = as long as they stand.")] = msgspec.field(
        name="from", default=None
    )
    attested_from: Annotated[Day | None, Meta(description="Instead of `from`: the first day that the sources prove.")] = None


class SkipDoc(Doc):
    why: Annotated[str, Meta(min_length=1)]
    sources: Annotated[tuple[SourceRef, ...], Meta(description="Who says that this payer does not have it.", min_length=1)]
    rule: Annotated[str | None, Meta(description="The rule's name without its pack.")] = None
    rules: Annotated[tuple[str, ...], Meta(description="Several rules that are left out for one reason, in place of `rule`.")] = ()


class AcceptDoc(Doc):
    finding: Annotated[str, Meta(description="The code of what `payerbook prove` finds.", pattern=r"^PB0[67]\d$")]
    rules: Annotated[tuple[str, ...], Meta(description="Ids of all the rules that the finding names.", min_length=1)]
    why: Annotated[str, Meta(description="Why it is right as it is.", min_length=1)]


class PackDoc(Doc):
    pack: Annotated[str, Meta(pattern=r"^[a-z0-9-]+(\.[a-z0-9-]+)*$")]
    format: Literal["1"]
    title: str
    version: Annotated[str, Meta(description="CalVer YYYY.M.N of the release.", pattern=r"^\d{4}\.\d{1,2}\.\d+$")]
    payer: Annotated[bool, Meta(description="False for packs that no claim is sent to (common).")] = True
    templates: Annotated[bool, Meta(description="True for packs whose rules are only parents for `like`, without versions.")] = False
    publisher: str = ""
    official: Annotated[
        tuple[str, ...] | None,
        Meta(description="Whose documents besides the publisher's may have grade A, by the start of the name; absent = not checked."),
    ] = None
    about: str = ""
    aliases: Annotated[tuple[str, ...], Meta(description="Names people type.")] = ()
    brand: Annotated[str | None, Meta(description="The brand it is sold under, a key of policies/_terms.yaml.")] = None
    lines_of_business: Annotated[
        tuple[str, ...], Meta(description="What the pack is for, keys of policies/_terms.yaml; absent = what the id says.")
    ] = ()
    states: Annotated[tuple[Code, ...], Meta(description="Postal codes, in quotes; absent = what the id says, else every state.")] = ()
    plans: Annotated[tuple[PlanDoc, ...], Meta(description="Products that people call by a name of their own.")] = ()
    payer_ids: Annotated[
        tuple[Code | PayerIdDoc, ...], Meta(description="EDI payer ids: text, or a map with line of business, grade and source.")
    ] = ()
    filing_indicators: Annotated[
        tuple[Code, ...], Meta(description="Claim filing indicators (SBR09) that mean this payer and no other.")
    ] = ()
    contacts: Annotated[tuple[ContactDoc, ...], Meta(description="Where authorizations, claims and appeals go.")] = ()
    unit_method: Annotated[Method | None, Meta(description="How timed units are counted.")] = None
    unit_method_rule: Annotated[str | None, Meta(description="The rule whose sources prove the method.")] = None
    review_days: Annotated[int, Meta(description="After how many days a source has to be read again.", ge=1)] = 365
    holes: Annotated[tuple[str, ...], Meta(description="What is known to be missing, and why.")] = ()
    accepts: Annotated[tuple[AcceptDoc, ...], Meta(description="What `payerbook prove` finds and the pack leaves as it is.")] = ()
    overrides: Annotated[
        str | None, Meta(description="A pack whose rules these stand over: what a practice's own contract says otherwise.")
    ] = None
    extends: Annotated[ExtendsDoc | None, Meta(description="A pack whose rules are rules of this one too.")] = None
    skip: Annotated[tuple[SkipDoc, ...], Meta(description="Rules of the extended pack that this payer does not have.")] = ()
    pin: Annotated[
        dict[str, Day], Meta(description="Rules or packs inherited from, and a day: versions published after it are left out.")
    ] = {}


class SetDoc(Doc):
    title: str
    codes: tuple[Code, ...]
    note: str | None = None


class CodesDoc(Doc):
    codes: dict[str, CodeInfo] = {}
    sets: dict[str, SetDoc] = {}


class PlacedDoc(Doc):
    table: Annotated[str | None, Meta(description="The dated table that holds the fact.")] = None
    page: Annotated[str | None, Meta(description="The page of the documentation that tells it, with its anchor.")] = None
    hole: Annotated[str | None, Meta(description="Why the fact is in no rule, table or page.")] = None


class RegisterDoc(Doc):
    in_rules: Annotated[tuple[str, ...], Meta(description="Facts that rules of the pack list under `facts`.")]
    elsewhere: Annotated[dict[str, PlacedDoc], Meta(description="The other facts, and where each went.")] = {}


class CaseDoc(Doc):
    name: str
    claim: dict[str, Any]
    expect: Literal["pass", "fail", "resolved", "not-applicable", "unknown", "not-on-file"]
    line: Annotated[int | None, Meta(description="Line (from 1) that the outcome is on.")] = None
    lines: Annotated[tuple[int, ...] | None, Meta(description="All lines that the outcome is on.")] = None
    severity: Literal["deny", "return", "review", "advice"] | None = None
    facts: Annotated[dict[str, Any], Meta(description="Facts that the finding has to carry.")] = {}
    message: Annotated[str | None, Meta(description="The sentence, to the letter.")] = None
    fix: Annotated[str | None, Meta(description="A fix that has to be offered: action or action=value.")] = None
    says: Annotated[
        str | None, Meta(description="The rule in words as it stands for the claim, to the letter; empty = no version stands.")
    ] = None
    each: Annotated[tuple[Code, ...], Meta(description="The case holds for each of these codes in place of that of the first line.")] = ()
    known_on: Day | None = None
    today: Day | None = None
    after: Annotated[tuple[dict[str, Any], ...], Meta(description="Earlier claims of the same run.")] = ()
    why: str | None = None


class TestsDoc(Doc):
    rule: str
    cases: tuple[CaseDoc, ...]
    claim: Annotated[dict[str, Any], Meta(description="What all claims of the file have in common.")] = {}


SCHEMAS: dict[str, Any] = {
    "rule": RuleDoc,
    "pack": PackDoc,
    "sources": dict[str, SourceDoc],
    "codes": CodesDoc,
    "facts": RegisterDoc,
    "tests": TestsDoc,
    "parents": dict[str, Annotated[str, Meta(description="What the rule was when it was last compared: `payerbook amend --recheck`.")]],
    "terms": Terms,
    "denials": Denials,
    "handbook": Handbook,
}
