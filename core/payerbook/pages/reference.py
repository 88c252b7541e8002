"""Pages about all packs together: all rules, rule kinds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from payerbook.authoring.cases import SUFFIX
from payerbook.authoring.yamlfile import read
from payerbook.kinds.base import Kind
from payerbook.pages import settings
from payerbook.pages.catalog import Catalog
from payerbook.pages.markup import front
from payerbook.pages.packs import pack_path, rule_link
from payerbook.pages.rule import READING
from payerbook.pages.text import escape, link, number, table, title
from payerbook.policy import Pack, Rule

RULES = "rules/index.md"
KINDS = "kinds/index.md"

AFTER_RULES = "boost: 0.2"
"""The place in search of pages that come after the rules."""

NAMED = 12
"""Rules of a kind that are named, each title once; the list of all rules has the others."""

_FORMAT = re.compile(r"\{(\w+):[^}]*\}")
"""A fact in a message with the way its number is written."""


def pages(catalog: Catalog) -> Iterator[tuple[str, str]]:
    """All of them, as (path, Markdown)."""
    for path, lines in ((RULES, _rules), (KINDS, _kinds)):
        yield path, "\n".join(lines(catalog))


def _rules(catalog: Catalog) -> Iterator[str]:
    about = f"Every rule on file of {number(len(catalog.packs), 'pack')}, by payer and topic, with how hard it stands"
    yield from front("All rules", search="exclude: true", description=about, toc=True)
    yield "# All rules"
    yield ""
    yield f"As of {catalog.today}. {link('What the words mean', RULES, READING)}."
    yield ""
    for pack in catalog.packs:
        yield f"## {link(escape(pack.head.title), RULES, pack_path(pack))} {{ #{pack.head.id} }}"
        yield ""
        rules = [rule for found in catalog.topics(pack).values() for rule in found]
        rows = ((rule_link(pack, rule, RULES), title(rule.topic), catalog.standing(pack, rule).severity) for rule in rules)
        yield from table(["Rule", "Topic", "Shown as"], rows)


def _kinds(catalog: Catalog) -> Iterator[str]:
    about = "What each kind of rule checks, and every setting that a rule file may say"
    yield from front("Rule kinds", search=AFTER_RULES, description=about, toc=True)
    yield "# Rule kinds"
    yield ""
    yield "A rule is data; its kind is the code that checks it. The settings below are what a rule file may say under `params`."
    yield ""
    for _, kind in sorted(catalog.kinds.items()):
        yield from _kind(catalog, kind)


def _kind(catalog: Catalog, kind: Kind[Any]) -> Iterator[str]:
    yield f"## {escape(kind.title)} {{ #{kind.name} }}"
    yield ""
    yield f"`{kind.name}`: {escape(kind.about)} Looks at {'the claim as a whole' if kind.whole_claim else 'the lines of the claim'}."
    yield ""
    rows = (
        (f"`{field.name}`", f"{escape(field.about)}{'<br>' if field.about else ''}<small>{_type(field)}</small>")
        for field in settings.fields(kind.params)
    )
    yield from table(["Setting", "Meaning"], rows)
    yield "What it says, with the facts in braces filled in:"
    yield ""
    yield from ("- " + escape(_FORMAT.sub(r"{\1}", message)) for message in kind.messages.values())
    yield ""
    users = [(pack, rule) for pack in catalog.packs for rule in pack.rules if rule.kind == kind.name]
    if users:
        named: dict[str, str] = {}
        for pack, rule in users:
            named.setdefault(rule.title, rule_link(pack, rule, KINDS))
        listed = list(named.values())[:NAMED]
        others = f" and {len(users) - len(listed)} more" if len(listed) < len(users) else ""
        yield f"Used by {number(len(users), 'rule')}: {', '.join(listed)}{others}."
        yield ""
        yield from _example(catalog, users)


def _example(catalog: Catalog, users: Sequence[tuple[Pack, Rule]]) -> Iterator[str]:
    """The shortest file of these rules that says its kind itself, and the first of its cases: how such a rule is written."""
    files = [(catalog.folders[pack.head.id] / f"{rule.slug}.yaml", pack, rule) for pack, rule in users]
    texts = [(file.read_text("utf-8"), file, pack, rule) for file, pack, rule in files if file.is_file()]
    written = [one for one in texts if f"\nkind: {one[3].kind}\n" in one[0]]
    if not written:
        return
    text, file, pack, rule = min(written, key=lambda one: (len(one[0]), one[1]))
    yield f"An example, `{file.name}` of {escape(pack.head.title)}:"
    yield ""
    yield f"```yaml\n{text.rstrip()}\n```"
    yield ""
    cases = file.with_name(f"{rule.slug}{SUFFIX}")
    if cases.is_file():
        document = read(cases)
        first = document.marks["cases", 0].line - 1
        last = document.marks["cases", 1].line - 1 if len(document.data["cases"]) > 1 else None
        lines = cases.read_text("utf-8").splitlines()[first:last]
        yield "One of its cases:"
        yield ""
        yield "\n".join(["```yaml", "cases:", *lines, "```"])
        yield ""


def _type(field: settings.Field) -> str:
    return f"{field.type}; {'required' if field.required else f'default: {settings.value(field.default)}'}"
