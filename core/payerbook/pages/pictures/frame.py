"""The frame of a picture: the drawing, its title for those who do not see it, and its numbers as a table to unfold."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from payerbook.pages.markup import Column, Row, esc, table


def figure(
    name: str, title: str, size: tuple[float, float], drawing: Iterable[str], columns: Sequence[str], rows: Iterable[Sequence[str]]
) -> str:
    """A figure of class `pb-picture pb-<name>` on one block of HTML; `size` is in units of the drawing, cells of `rows` are HTML."""
    width, height = size
    head = f'<svg viewBox="0 0 {width:g} {height:g}" role="img" aria-label="{esc(title)}" style="max-width:{width:g}px">'
    headings = [Column(columns[0], heads=True), *map(Column, columns[1:])]
    numbers = table(title, headings, map(Row, rows))
    return (
        f'<figure class="pb-picture pb-{name}" data-search-exclude><figcaption>{esc(title)}</figcaption>'
        f"{head}{''.join(drawing)}</svg>"
        f'<details class="pb-more"><summary>The same as a table</summary>\n{numbers}\n</details></figure>'
    )


def text(x: float, y: float, words: str, style: str = "", *, anchor: str = "") -> str:
    """Words in a drawing; `anchor` is start (default), middle or end."""
    attributes = f"{f' class={chr(34)}{style}{chr(34)}' if style else ''}{f' text-anchor={chr(34)}{anchor}{chr(34)}' if anchor else ''}"
    return f'<text x="{x:g}" y="{y:g}"{attributes}>{esc(words)}</text>'


def box(x: float, y: float, width: float, height: float, style: str, hint: str = "") -> str:
    """A rectangle; `hint` is shown where the pointer rests."""
    inside = f"<title>{esc(hint)}</title>" if hint else ""
    return f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" class="{style}">{inside}</rect>'
