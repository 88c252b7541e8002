"""How people write a payer's name: a text taken apart into words, and what those words mean.

Spaces and punctuation decide nothing: "HealthPlan", "Health Plan" and "health-plan" are one name.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from payerbook.terms import Terms

_APART = re.compile(r"[^a-z0-9]+")
_LONGEST = 12
"""Words of the longest name that is looked for."""
_CLOSE = 0.8
"""How much alike a misspelled word and the word meant have to be (difflib's ratio)."""


class Meaning(NamedTuple):
    """What a word of the field stands for: a key of the terms."""

    kind: Literal["brand", "line", "state"]
    value: str


class Mention(NamedTuple):
    """Words of a text, from `start` up to and without `end`, with everything that they can mean."""

    start: int
    end: int
    meanings: tuple[Meaning, ...]

    @property
    def certain(self) -> bool:
        """Whether they mean one kind of thing."""
        return len({meaning.kind for meaning in self.meanings}) == 1


class Reading(NamedTuple):
    """A text as words; `corrected` holds the words that were taken for misspelled, as typed and as read."""

    words: tuple[str, ...]
    mentions: tuple[Mention, ...]
    fillers: frozenset[int]
    corrected: tuple[tuple[str, str], ...] = ()

    def text(self, places: Iterable[int]) -> str:
        """The words at those places."""
        return " ".join(self.words[place] for place in sorted(places))


def words(text: str | None) -> tuple[str, ...]:
    """Lower case, letters and digits only, without accents and apostrophes; `&` is "and"."""
    flat = (text or "").replace("&", " and ").replace("'", "")
    if not flat.isascii():
        flat = unicodedata.normalize("NFKD", flat).encode("ascii", "ignore").decode()
    return tuple(_APART.sub(" ", flat.lower()).split())


def key(text: str | None) -> str:
    """A name as it is compared: its words without the spaces."""
    return "".join(words(text))


def stretches(found: tuple[str, ...]) -> Iterator[tuple[int, int, str]]:
    """Every stretch of neighboring words: start, end, and the words as one key."""
    for start in range(len(found)):
        joined = ""
        for end in range(start + 1, min(start + _LONGEST, len(found)) + 1):
            joined += found[end - 1]
            yield start, end, joined


class Vocabulary:
    """Every word that can stand in a payer's name: those of the terms, and those of the `names` of payers."""

    def __init__(self, terms: Terms, names: Iterable[str]) -> None:
        self._meanings: dict[str, dict[Meaning, None]] = {}
        for kind, named in (("brand", terms.brands), ("line", terms.lines_of_business)):
            for value, entry in named.items():
                for name in entry.names:
                    self._add(name, Meaning(kind, value))  # type: ignore[arg-type]
        for state, written in terms.states.items():
            for name in (state, *written):
                self._add(name, Meaning("state", state))
        self._fillers = frozenset(word for filler in terms.fillers for word in words(filler))
        phrases = [*names, *(name for brand in terms.brands.values() for name in brand.names)]
        phrases += [name for line in terms.lines_of_business.values() for name in line.names]
        phrases += [name for written in terms.states.values() for name in written]
        known = {word for phrase in phrases for word in words(phrase)} | self._fillers | self._meanings.keys()
        self._known = frozenset(known)
        self._spelled = sorted(word for word in known if len(word) >= 4)

    def _add(self, name: str, meaning: Meaning) -> None:
        self._meanings.setdefault(key(name), {})[meaning] = None

    def is_brand(self, name: str) -> bool:
        """Whether a name is the bare name of a brand."""
        return self._means(key(name), "brand")

    def read(self, text: str, *, spell: bool) -> Reading:
        """A text as words with their meanings, the longest stretch first; with `spell`, unknown words become the nearest known ones."""
        found: list[str] = []
        corrected: list[tuple[str, str]] = []
        for word in words(text):
            if word not in self._known and (apart := self._apart(word)):
                found.extend(apart)
                continue
            near = difflib.get_close_matches(word, self._spelled, 1, _CLOSE) if spell and self._odd(word) else []
            if near:
                corrected.append((word, near[0]))
            found.extend(near or [word])
        fillers = frozenset(place for place, word in enumerate(found) if word in self._fillers)
        return Reading(tuple(found), tuple(self._mentions(tuple(found))), fillers, tuple(corrected))

    def _apart(self, word: str) -> tuple[str, str] | None:
        """The brand and the state of a word that is both: a short name with ND behind it."""
        for cut in range(2, len(word) - 1):
            if self._means(word[:cut], "brand") and self._means(word[cut:], "state"):
                return word[:cut], word[cut:]
        return None

    def _means(self, joined: str, kind: str) -> bool:
        return any(meaning.kind == kind for meaning in self._meanings.get(joined, ()))

    def _odd(self, word: str) -> bool:
        return len(word) >= 4 and not word.isdigit() and word not in self._known

    def _mentions(self, found: tuple[str, ...]) -> Iterator[Mention]:
        longest: dict[int, tuple[int, str]] = {}
        for start, end, joined in stretches(found):
            if joined in self._meanings:
                longest[start] = (end, joined)
        place = 0
        while place < len(found):
            if place not in longest:
                place += 1
                continue
            end, joined = longest[place]
            meanings = tuple(self._meanings[joined])
            states = tuple(meaning for meaning in meanings if meaning.kind == "state")
            if states and place and found[place - 1] in ("of", "in"):  # Example Health of MA
                meanings = states
            yield Mention(place, end, meanings)
            place = end
