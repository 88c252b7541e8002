"""Texts that look copied: long quotations, words of a given document, labels in the style of code books, characters of typesetting.

What can be told without the texts of the code books and payers is little, and none of it proves anything: a copied sentence without
quotation marks is only found when the document it was taken from is given. The rest stays with the reviewer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from pathlib import Path

from payerbook.authoring.checks.files import PackFiles, entries
from payerbook.authoring.faults import Fault
from payerbook.authoring.yamlfile import Document
from payerbook.errors import UsageError

TEXTS = ("title", "about", "why", "fix", "changed", "note", "hole", "holes", "checklist", "label")
"""Keys of what authors write in their own words."""
QUOTED = 10
"""Words inside quotation marks from which on a quotation is too long."""
RUN = 8
"""Words in a row that a text and a given document may not share."""
LABEL = 100
"""Characters of the longest label of a code."""

TYPESET = {
    "\u201c": '"', "\u201d": '"', "\u2018": "'", "\u2019": "'", "\u00a0": " ", "\u00ad": "", "\u200b": "", "\ufeff": "",
    "\ufb00": "ff", "\ufb01": "fi", "\ufb02": "fl", "\ufb03": "ffi", "\ufb04": "ffl", "\u2022": "-",
}  # fmt: skip
"""Characters that come along when text is taken out of a PDF or a page, and what is typed instead."""

_TYPESET = re.compile("[" + "".join(TYPESET) + "]")
_QUOTATION = re.compile(r'"([^"]*)"')
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_CODE_LIST = re.compile(r"Identification Segment \(loop|\bStart: \d\d/\d\d/\d{4}|\bUsage: Refer to\b", re.IGNORECASE)
_ASIDE = re.compile(r"\([^)]*\)")
_CODE_BOOK = re.compile(
    r";|\beach (?:additional )?\d+ minutes\b|\b(?:1|one) or more (?:areas|regions)\b|\bseparate procedure\b|\blist separately\b"
    r"|\bpatient contact\b",
    re.IGNORECASE,
)
"""Turns of phrase of code books; semicolons there part what codes have in common from what is their own."""


def check(files: PackFiles, against: Iterable[Reference] = ()) -> Iterator[Fault]:
    """Texts of a pack that look copied; `against` are documents that they may not repeat."""
    documents = [files.head, *(one.document for one in files.rules)]
    if files.sources is not None:
        documents.append(files.sources)
    references = list(against)
    for document in documents:
        yield from _typeset(document)
        titled = document is not files.sources  # titles of documents are theirs
        for path, text in entries(document.data):
            if isinstance(text, str) and _own_words(path) and (titled or path[-1] != "title"):
                yield from _text(document, path, text, references)


def labels(document: Document) -> Iterator[Fault]:
    """Labels of codes that are longer than a label or written as code books write."""
    for code, info in ((document.data or {}).get("codes") or {}).items():
        label = str(info.get("label", ""))
        found = _CODE_BOOK.search(_ASIDE.sub("", label))
        if found is not None or len(label) > LABEL:
            why = f"the label is longer than {LABEL} characters" if found is None else f'"{found[0]}" is the style of a code book'
            yield document.fault(("codes", code, "label"), f"{why}; name the service in a few words of your own", "PB042")
    yield from _typeset(document)


def _own_words(path: tuple[str | int, ...]) -> bool:
    return any(part in TEXTS for part in path[-2:])


def _text(document: Document, path: tuple[str | int, ...], text: str, references: Iterable[Reference]) -> Iterator[Fault]:
    longest = max((len(_WORD.findall(quoted)) for quoted in _QUOTATION.findall(text)), default=0)
    if longest > QUOTED:
        message = f"{longest} words stand in quotation marks, more than {QUOTED}; say it in your own words and cite the section"
        yield document.fault(path, message, "PB041")
    elif _CODE_LIST.search(text):
        yield document.fault(path, "this is how a published code list words it; give the code, and its meaning in your own words", "PB041")
    for reference in references:
        shared = reference.shared(text)
        if shared is not None:
            message = f'"{shared}" stands word for word in {reference.name}; say it in your own words'
            yield document.fault(path, message, "PB040")


def _typeset(document: Document) -> Iterator[Fault]:
    for number, line in enumerate(document.file.read_text("utf-8").splitlines(), start=1):
        for found in _TYPESET.finditer(line):
            name = f"U+{ord(found[0]):04X}"
            typed = TYPESET[found[0]]
            hint = f"type {typed!r}" if typed else "remove it"
            message = f"the character {name} comes from typeset text; {hint}, and see that the words are your own"
            yield Fault(document.file, number, found.start() + 1, "", message, "PB043")


class Reference:
    """A document whose sentences may not be repeated: a policy, a table of descriptors."""

    def __init__(self, file: Path) -> None:
        """Reads a text or HTML file. Raises UsageError for one that is not text."""
        self.name = file.name
        try:
            text = file.read_text("utf-8")
        except UnicodeDecodeError:
            raise UsageError(f"{file} is not text; make text of it first (for a PDF: pdftotext {file.name}).") from None
        if text.lstrip()[:1] == "<":
            page = _Page()
            page.feed(text)
            text = " ".join(page.parts)
        words = [word.lower() for word in _WORD.findall(text)]
        self._runs = {tuple(words[at : at + RUN]) for at in range(len(words) - RUN + 1)}

    def shared(self, text: str) -> str | None:
        """The first words in a row that the text shares with the document, as the text has them; None when they are fewer than RUN.

        Runs that are mostly codes and numbers do not count.
        """
        found = list(_WORD.finditer(text))
        words = [match[0].lower() for match in found]
        for at in range(len(words) - RUN + 1):
            run = tuple(words[at : at + RUN])
            if run in self._runs and sum(word.isalpha() for word in run) > RUN / 2:
                return text[found[at].start() : found[at + RUN - 1].end()]
        return None


class _Page(HTMLParser):
    """The words of an HTML page."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.parts.append(data)
