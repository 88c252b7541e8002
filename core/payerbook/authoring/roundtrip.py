"""Changes to a YAML file that leave alone what they do not touch: comments, quotes, order, and lists that were folded by hand."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from io import StringIO
from typing import Any

from ruamel.yaml import YAML

_WIDE = 100_000
"""Line length for the round trip: no line of the file is folded anew."""


def changed(text: str, change: Callable[[Any], None]) -> str:
    """The text after `change` was made to its data, which it gets as ruamel's round-trip maps and lists."""
    yaml = YAML(typ="rt")
    yaml.preserve_quotes = True
    yaml.width = _WIDE
    yaml.brace_single_entry_mapping_in_flow_sequence = True
    yaml.indent(mapping=2, sequence=4, offset=2)
    before = _dump(yaml, yaml.load(text))
    data = yaml.load(text)
    change(data)
    return _patched(text, before, _dump(yaml, data))


def diff(name: str, before: str, after: str) -> str:
    """A change as a unified diff."""
    return "".join(difflib.unified_diff(before.splitlines(keepends=True), after.splitlines(keepends=True), name, name))


def _dump(yaml: YAML, data: Any) -> str:
    out = StringIO()
    yaml.dump(data, out)
    return out.getvalue()


def _patched(text: str, before: str, after: str) -> str:
    """The change from `before` to `after`, made to `text`: lists that were folded by hand, which the round trip joins, stay as
    they are."""
    own, old, new = (part.splitlines(keepends=True) for part in (text, before, after))
    place = {0: 0}
    for _, low, high, begin, end in difflib.SequenceMatcher(None, old, own, autojunk=False).get_opcodes():
        place.update({low + step: min(begin + step, end) for step in range(high - low)})
        place[high] = end
    made: list[str] = []
    done = 0
    for tag, low, high, begin, end in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            at = _before_comments(own, done, place[low], new[begin]) if tag == "insert" else place[low]
            made += [*own[done:at], *new[begin:end]]
            done = at if tag == "insert" else place[high]
    return "".join([*made, *own[done:]])


def _before_comments(lines: Sequence[str], first: int, at: int, added: str) -> int:
    """Where a line goes that would stand at `at`: ahead of blank lines and of comments no deeper than itself, which speak of what
    follows them."""
    depth = len(added) - len(added.lstrip())
    while at > first and (not (bare := lines[at - 1].lstrip()) or (bare.startswith("#") and len(lines[at - 1]) - len(bare) <= depth)):
        at -= 1
    return at
