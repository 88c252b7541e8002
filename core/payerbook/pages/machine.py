"""The same content for programs: one JSON file a rule, lists of everything, and the schemas of all."""

from __future__ import annotations

import json
from collections.abc import Iterator

import msgspec

from payerbook.finding import PackUsed
from payerbook.pages import bulk, changes, feeds
from payerbook.pages.catalog import Catalog
from payerbook.pages.jsonfiles import CHANGE_LIST, CODE_LIST, DENIAL_LIST, INDEX, PAYER_LIST, SCHEMAS, schemas
from payerbook.pages.listed import (
    CodeList,
    DenialList,
    Index,
    ListedCode,
    ListedPack,
    ListedPayer,
    ListedReason,
    ListedRemark,
    ListedRule,
    PayerList,
    RuleFile,
)
from payerbook.pages.places import changes_file, code_file, denial_file, payer_file, remark_file
from payerbook.pages.published import stamp, text
from payerbook.pages.record import Record
from payerbook.pages.rule import machine_path
from payerbook.pages.tables import told
from payerbook.policy import Pack, PackHead, Rule


def pages(catalog: Catalog, record: Record, base_url: str) -> Iterator[tuple[str, str]]:
    """All of them, as (path, text); addresses inside begin with `base_url`, which ends without a slash."""
    rules = []
    for pack in catalog.packs:
        for rule in pack.rules:
            path = machine_path(rule)
            yield path, text(_rule(catalog, pack, rule, base_url))
            rules.append(ListedRule(rule.id, rule.title, rule.topic, base_url + rule.url, f"{base_url}/{path}"))
    heads = (msgspec.structs.asdict(pack.head) for pack in catalog.packs)
    packs = tuple(ListedPack(**head, url=f"{base_url}/rules/{head['id']}/") for head in heads)
    yield INDEX, text(Index(**stamp(catalog), packs=packs, rules=tuple(rules)))
    yield PAYER_LIST, text(PayerList(**stamp(catalog), payers=tuple(_payer(catalog, head, base_url) for head in catalog.answers.packs())))
    yield CODE_LIST, text(CodeList(**stamp(catalog), codes=tuple(_code(catalog, code, base_url) for code in sorted(catalog.codes))))
    yield DENIAL_LIST, text(_denials(catalog, base_url))
    yield CHANGE_LIST, changes.machine(catalog, record.all)
    for name, one in sorted(schemas(catalog).items()):
        yield f"{SCHEMAS}{name}", json.dumps(one, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def _rule(catalog: Catalog, pack: Pack, rule: Rule, base_url: str) -> RuleFile:
    head, standing = pack.head, catalog.standing(pack, rule)
    return RuleFile(
        **stamp(catalog, head.id),
        pack=PackUsed(head.id, head.version, head.digest),
        url=base_url + rule.url,
        in_force=standing.gap is None,
        reason=None if standing.gap is None else standing.gap.reason,
        severity=standing.severity,
        sentence=None if standing.version.hole else catalog.sentence(rule, standing.version),
        setting=standing.version,
        rule=rule,
    )


def _payer(catalog: Catalog, head: PackHead, base_url: str) -> ListedPayer:
    folder = f"{base_url}/{payer_file(head.id).removesuffix('index.md')}"
    return ListedPayer(
        id=head.id,
        title=head.title,
        version=head.version,
        digest=head.digest,
        aliases=head.aliases,
        lines_of_business=head.lines_of_business,
        states=head.states,
        url=folder,
        json=f"{folder}index.json",
        feed=f"{base_url}/{changes_file(head.id).replace('index.md', feeds.JSON)}",
        codes={code: f"{base_url}/{bulk.answer_path(head.id, code)}" for code in told(catalog, head.id)},
    )


def _code(catalog: Catalog, code: str, base_url: str) -> ListedCode:
    info, folder = catalog.codes[code], f"{base_url}/{code_file(code).removesuffix('index.md')}"
    return ListedCode(
        code=code,
        label=info.label,
        disciplines=info.disciplines,
        timing=info.timing,
        add_on_to=info.add_on_to,
        url=folder,
        json=f"{folder}index.json",
        history=f"{folder}history.json",
    )


def _denials(catalog: Catalog, base_url: str) -> DenialList:
    held = catalog.session.handbooks.denials
    reasons = ((code, held.slug(code), f"{base_url}/{denial_file(held.slug(code)).removesuffix('index.md')}") for code in held.reasons)
    remarks = ((code, f"{base_url}/{remark_file(code).removesuffix('index.md')}") for code in held.remarks)
    return DenialList(
        **stamp(catalog),
        groups=held.groups,
        reasons=tuple(ListedReason(code, slug, url, f"{url}index.json", held.reasons[code]) for code, slug, url in reasons),
        ended=held.ended,
        remarks=tuple(ListedRemark(code, url, f"{url}index.json", held.remarks[code]) for code, url in remarks),
        sources=held.sources,
    )
