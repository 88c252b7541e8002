"""Guides: the way through the site for somebody who is new to billing; each step names the rules that show it, as they stand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from payerbook.handbook import Guide
from payerbook.pages.catalog import Catalog
from payerbook.pages.markup import front, href, inline, root, trail
from payerbook.pages.places import TOPICS, guide_file, payer_name, topic_file
from payerbook.pages.text import escape
from payerbook.policy import Pack, Rule


def pages(catalog: Catalog) -> Iterator[tuple[str, str]]:
    """A page for each guide, as (path, Markdown)."""
    found = {rule.id: (pack, rule) for pack in catalog.packs for rule in pack.rules}
    for name, guide in catalog.session.handbooks.handbook.guides.items():
        yield guide_file(name), "\n".join(_page(catalog, guide, guide_file(name), found))


def _page(catalog: Catalog, guide: Guide, page: str, found: Mapping[str, tuple[Pack, Rule]]) -> Iterator[str]:
    topics = catalog.session.handbooks.handbook.topics
    yield from front(guide.title, search="boost: 2", description=guide.answer)
    yield trail(page, ("Topics", TOPICS))
    yield ""
    yield f"# {escape(guide.title)}"
    yield ""
    yield f'<div class="pb-answer" markdown>\n\n{escape(guide.answer)}\n\n</div>'
    yield ""
    for place, step in enumerate(guide.steps, 1):
        yield f"## {place}. {escape(step.title)} {{ #step-{place} }}"
        yield ""
        yield escape(step.text)
        yield ""
        yield from (_rule(catalog, *found[id], page) for id in step.rules if id in found)
        yield ""
        if step.topics:
            yield f"More: {' · '.join(inline(topics[name].title, href(page, topic_file(name))) for name in step.topics)}"
            yield ""


def _rule(catalog: Catalog, pack: Pack, rule: Rule, page: str) -> str:
    standing = catalog.standing(pack, rule)
    said = "nothing on file" if standing.version.hole else escape(catalog.sentence(rule, standing.version))
    named = inline(rule.title, root(page) + rule.url.lstrip("/"))
    return f"- {escape(payer_name(pack.head))}: {said} ({named}, grade {standing.grades})"
