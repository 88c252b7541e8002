"""The same content for programs: one JSON file per rule and an index of all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from payerbook.claim import SCHEMA_VERSION
from payerbook.pages.catalog import Catalog
from payerbook.pages.rule import machine_path
from payerbook.policy import Pack, Rule

INDEX = "api/v1/index.json"


def pages(catalog: Catalog, base_url: str) -> Iterator[tuple[str, str]]:
    """All JSON files, as (path, text); addresses inside begin with `base_url`, which ends without a slash."""
    index: dict[str, Any] = {
        "schema_version": SCHEMA_VERSION,
        "as_of": catalog.today,
        "packs": [{**msgspec.to_builtins(pack.head), "url": f"{base_url}/rules/{pack.head.id}/"} for pack in catalog.packs],
        "rules": [],
    }
    for pack in catalog.packs:
        for rule in pack.rules:
            path = machine_path(rule)
            yield path, _text(_rule(catalog, pack, rule, base_url))
            address = {"url": base_url + rule.url, "json": f"{base_url}/{path}"}
            index["rules"].append({"id": rule.id, "title": rule.title, "topic": rule.topic, **address})
    yield INDEX, _text(index)


def _rule(catalog: Catalog, pack: Pack, rule: Rule, base_url: str) -> dict[str, Any]:
    standing = catalog.standing(pack, rule)
    return {
        "schema_version": SCHEMA_VERSION,
        "pack": {"id": pack.head.id, "version": pack.head.version, "digest": pack.head.digest},
        "url": base_url + rule.url,
        "as_of": catalog.today,
        "in_force": standing.gap is None,
        "reason": None if standing.gap is None else standing.gap.reason,
        "severity": standing.severity,
        "sentence": None if standing.version.hole else catalog.sentence(rule, standing.version),
        "setting": standing.version,
        "rule": rule,
    }


def _text(data: Any) -> str:
    return msgspec.json.format(msgspec.json.encode(data), indent=2).decode() + "\n"
