"""Pages about payerbook itself: documents of the repository that readers of the site want, too."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from textwrap import shorten

import payerbook
from payerbook.pages.markup import front
from payerbook.pages.reference import AFTER_RULES

LIST = "on-site.txt"
"""The file in the folder of documents that names those of the site, one a line, in the order of the navigation."""
STRENGTH = "strength.json"
"""The file in the folder of documents with the strength of each pack, as last measured."""


def folder() -> Path:
    """Where the documents are: inside the installed package, else in the checkout of an editable install."""
    inside = Path(payerbook.__file__).parent / "docs"
    return inside if inside.is_dir() else Path(payerbook.__file__).parents[2] / "docs"


def names() -> list[str]:
    """The documents of the site, without folder and ending. Their links have to hold on the site."""
    return (folder() / LIST).read_text("utf-8").split()


def pages() -> Iterator[tuple[str, str]]:
    """All of them, as (path, Markdown)."""
    for name in names():
        text = (folder() / f"{name}.md").read_text("utf-8")
        title = text.partition("\n")[0].removeprefix("# ")
        yield path(name), "\n".join([*front(title, search=AFTER_RULES, description=_about(title, text), toc=True), text])


def _about(title: str, text: str) -> str:
    """The beginning of a document's first paragraph of prose, in plain words."""
    prose = next(part for part in text.split("\n\n") if part[0].isalpha())
    return f"{title}: {shorten(re.sub(r'[`*]', '', prose), 150, placeholder=' …')}"


def path(name: str) -> str:
    """Where a document stands on the site."""
    return f"project/{name}.md"
