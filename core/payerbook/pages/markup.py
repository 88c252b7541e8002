"""HTML for the parts of pages that Markdown cannot say: tables that become cards on a phone, marks, links between pages."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from payerbook.pages.text import escape
from payerbook.policy import PackHead

EMPTY = "–"
"""A cell that has nothing to say; on a phone it is left out."""


def esc(text: str) -> str:
    """Plain text for the inside of an element or of a quoted attribute."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def root(page: str) -> str:
    """The way from a page (its Markdown file `…/index.md`) to the root of the site, ending with a slash; empty for the home page."""
    return "../" * page.count("/")


def href(page: str, target: str, anchor: str = "") -> str:
    """The relative address of the page of the file `target`, seen from that of the file `page`; both are Markdown files `…/index.md`,
    or `target` is a file that is not Markdown."""
    folder, name = posixpath.split(target)
    path = root(page) + (f"{folder}/" if folder and name == "index.md" else "" if name == "index.md" else target.removesuffix(".md"))
    if page == target:
        path = ""
    return f"{path or ('' if anchor else './')}{f'#{anchor}' if anchor else ''}"


def link(text: str, address: str) -> str:
    """A link inside HTML; `text` is plain."""
    return f'<a href="{esc(address)}">{esc(text)}</a>'


def inline(text: str, address: str) -> str:
    """A link inside a paragraph of Markdown; `text` is plain."""
    return f'<a href="{esc(address)}">{escape(text)}</a>'


def attributes(data: Sequence[tuple[str, str]]) -> str:
    """What scripts look for, as `data-…` attributes with a space before each."""
    return "".join(f' data-{name}="{esc(value)}"' for name, value in data)


class Column(NamedTuple):
    """A column of a table: its heading in plain words, and whether its cells head their rows."""

    heading: str
    heads: bool = False


class Row(NamedTuple):
    """A row of a table: HTML cells, the anchor it can be linked at, and what scripts look for (`data-…` attributes)."""

    cells: Sequence[str]
    id: str = ""
    data: tuple[tuple[str, str], ...] = ()


def table(caption: str, columns: Sequence[Column], rows: Iterable[Row], *, style: str = "", data: Sequence[tuple[str, str]] = ()) -> str:
    """A table as HTML on one line a row; each cell carries its heading, so that rows can be shown as cards. `caption` is plain."""
    names = " ".join(["pb-table", *([style] if style else [])])
    lines = [f'<div class="pb-scroll" data-search-exclude><table class="{names}"{attributes(data)}>', f"<caption>{esc(caption)}</caption>"]
    headings = "".join(f'<th scope="col">{esc(column.heading)}</th>' for column in columns)
    lines.append(f"<thead><tr>{headings}</tr></thead><tbody>")
    for row in rows:
        cells = "".join(_cell(column, cell) for column, cell in zip(columns, row.cells, strict=True))
        anchor = f' id="{esc(row.id)}"' if row.id else ""
        lines.append(f"<tr{anchor}{attributes(row.data)}>{cells}</tr>")
    lines.append("</tbody></table></div>")
    return "\n".join(lines)


def _cell(column: Column, cell: str) -> str:
    if column.heads:
        return f'<th scope="row">{cell}</th>'
    empty = ' class="pb-empty"' if cell == EMPTY else ""
    return f'<td{empty} data-label="{esc(column.heading)}"><div>{cell}</div></td>'


def front(
    title: str, *, scripts: Sequence[str] = (), search: str = "", description: str = "", pack: PackHead | None = None, toc: bool = False
) -> list[str]:
    """The front matter of a page: its title, the scripts it needs (names below assets/), its place in search, the pack that its
    answers are from, which stands on paper, and whether a wide window shows its headings beside it."""
    lines = ["---", f"title: {_quoted(esc(title))}"]  # the theme puts both into its pages as they are
    if description:
        lines.append(f"description: {_quoted(esc(description))}")
    if pack is not None:
        lines.append(f"pack: {_quoted(f'{pack.id} {pack.version}')}")
    if scripts:
        lines.append(f"scripts: [{', '.join(scripts)}]")
    if search:
        lines.append(f"search: {{{search}}}")
    return [*lines, *([] if toc else ["hide: [toc]"]), "---", ""]


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def trail(page: str, *steps: tuple[str, str]) -> str:
    """Where a page stands: links to the pages above it, as (words, file)."""
    links = " › ".join(link(words, href(page, target)) for words, target in steps)
    return f'<nav class="pb-trail" aria-label="You are here">{links}</nav>'
