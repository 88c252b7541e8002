"""The Markdown twin of each page: the page without front matter, its tables and lists in Markdown instead of HTML."""

from __future__ import annotations

import re
from html.parser import HTMLParser

_FRONT = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
_ATTRIBUTES = re.compile(r"[ \t]*\{:? ?[#.][^}\n]*\}[ \t]*$", re.MULTILINE)
_BLANKS = re.compile(r"\n{3,}")
_SILENT = frozenset({"svg", "script", "button", "form", "input", "select", "label"})
_BLOCKS = frozenset({"p", "div", "ul", "ol", "dl", "details", "figure", "figcaption", "summary", "nav", "caption"})
_HEADINGS = {f"h{level}": "#" * level for level in range(1, 7)}


def markdown(page: str) -> str:
    """The twin of a page's Markdown; code in fences stays as it is."""
    body = _FRONT.sub("", page)
    pieces = re.split(r"(^```.*?^```$)", body, flags=re.DOTALL | re.MULTILINE)
    plain = "".join(piece if place % 2 else _plain(piece) for place, piece in enumerate(pieces))
    return _BLANKS.sub("\n\n", plain).strip() + "\n"


def _plain(text: str) -> str:
    reader = _Reader()
    reader.feed(_ATTRIBUTES.sub("", text))
    reader.close()
    return reader.text()


class _Reader(HTMLParser):
    """Writes Markdown for the elements that our pages use; what it does not know passes as its text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self._out: list[str] = []
        self._silent = 0
        self._links: list[str] = []
        self._rows: list[list[str]] = []
        self._cell: list[str] | None = None

    def text(self) -> str:
        return "".join(self._out)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = dict(attrs)
        if tag in _SILENT:
            self._silent += tag != "input"
        elif self._silent:
            return
        elif tag == "a":
            self._links.append(held.get("href") or "")
            self._put("[")
        elif tag in ("strong", "b"):
            self._put("**")
        elif tag == "code":
            self._put("`")
        elif tag == "br":
            self._put("; " if self._cell is not None else "\n")
        elif tag == "table":
            self._rows = []
        elif tag == "tr":
            self._rows.append([])
        elif tag in ("td", "th"):
            self._cell = []
        elif tag in ("li", "dd"):
            self._put("\n- ")
        elif tag == "dt":
            self._put("\n\n")
        elif tag in _HEADINGS:
            self._put(f"\n\n{_HEADINGS[tag]} ")
        elif tag in _BLOCKS:
            self._put("\n\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(self._silent - (tag != "input"), 0)
        elif self._silent:
            return
        elif tag == "a" and self._links:
            self._put(f"]({self._links.pop()})")
        elif tag in ("strong", "b"):
            self._put("**")
        elif tag == "code":
            self._put("`")
        elif tag in ("td", "th") and self._cell is not None:
            self._rows[-1].append(" ".join("".join(self._cell).split()).replace("|", "\\|"))
            self._cell = None
        elif tag == "table":
            self._put("\n\n" + "\n".join(self._table()) + "\n\n")
        elif tag in _BLOCKS or tag in _HEADINGS:
            self._put("\n\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self._put(data)

    def handle_entityref(self, name: str) -> None:
        self.handle_data({"amp": "&", "lt": "<", "gt": ">", "quot": '"'}.get(name, f"&{name};"))

    def handle_charref(self, name: str) -> None:
        self.handle_data(f"&#{name};")

    def _put(self, text: str) -> None:
        (self._out if self._cell is None else self._cell).append(text)

    def _table(self) -> list[str]:
        if not self._rows:
            return []
        head, *rows = self._rows
        return [f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows)]
