"""YAML read strictly: no duplicate keys, dates stay text, and every path remembers its line and column.

`YAML.compose` gives nodes with marks; values are made here, so that `NO` stays text, `2025-01-01` stays text for the date check,
and a bare 97110 is known to be a number that should have been text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from payerbook.authoring import memory
from payerbook.authoring.faults import Fault

_CODE = memory.code_of([Path(__file__)], "ruamel.yaml", "msgspec")
_INT = re.compile(r"[-+]?(0|[1-9][0-9]*)\Z")
_FLOAT = re.compile(r"[-+]?([0-9]+\.[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?\Z")
WORTH_PROCESSES = 200_000
"""Bytes of YAML from which on several processes parse sooner than one."""

_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}

Path_ = tuple[str | int, ...]


class Mark(NamedTuple):
    line: int
    column: int


class _Parsed(msgspec.Struct, array_like=True):
    """What a text says. `spots` are the places of all its nodes in the order of the text: line and column of a value, and before
    each value of a map those of its key."""

    data: Any
    spots: list[int]


class Document:
    """A file's data, its faults, and the mark of every value (`marks`) and of every key of a map (`keys`) by path."""

    def __init__(self, file: Path, digest: bytes, data: Any, spots: Sequence[int], faults: list[Fault]) -> None:
        """`digest` is that of the file's bytes."""
        self.file = file
        self.digest = digest
        self.data = data
        self.faults = faults
        self._spots = spots

    @cached_property
    def _places(self) -> tuple[dict[Path_, Mark], dict[Path_, Mark]]:
        marks: dict[Path_, Mark] = {}
        keys: dict[Path_, Mark] = {}
        spots = iter(self._spots)
        if self._spots:
            _place(self.data, (), spots, marks, keys)
        return marks, keys

    @property
    def marks(self) -> dict[Path_, Mark]:
        """Where each value begins."""
        return self._places[0]

    @property
    def keys(self) -> dict[Path_, Mark]:
        """Where the key of each value of a map stands."""
        return self._places[1]

    def fault(self, path: Path_, message: str, code: str, *, key: bool = False, note: bool = False) -> Fault:
        """A fault at a path of this file (at its key when `key`); a path that is absent is shown at its nearest parent."""
        marks = self.keys if key else self.marks
        at = path
        while at not in marks and at:
            at, marks = at[:-1], self.marks
        mark = marks.get(at, Mark(1, 1))
        return Fault(self.file, mark.line, mark.column, ".".join(map(str, path)), message, code, note)


def _place(data: Any, path: Path_, spots: Iterator[int], marks: dict[Path_, Mark], keys: dict[Path_, Mark]) -> None:
    marks[path] = Mark(next(spots), next(spots))
    if isinstance(data, dict):
        for key, value in data.items():
            keys[(*path, key)] = Mark(next(spots), next(spots))
            _place(value, (*path, key), spots, marks, keys)
    elif isinstance(data, list):
        for number, value in enumerate(data):
            _place(value, (*path, number), spots, marks, keys)


def read(file: Path) -> Document:
    """Reads one file. A file that is no YAML gives data None and one fault."""
    return parse(file.read_bytes(), file)


def parse(content: bytes, file: Path) -> Document:
    """Reads what a file holds, or would hold."""
    key = _key(content)
    kept = memory.current().get(key)
    if kept is not None:
        parsed = _DECODER.decode(kept)
        return Document(file, key, parsed.data, parsed.spots, [])
    faults: list[Fault] = []
    parsed = _parse(content, file, faults)
    if not faults:
        _keep(key, parsed)
    return Document(file, key, parsed.data, parsed.spots, faults)


def prepare(files: Iterable[Path], jobs: int) -> None:
    """Parses those files that the memory in use does not have, on `jobs` processes when there is enough to do."""
    contents = {_key(content): content for content in (file.read_bytes() for file in files)}
    new = {key: content for key, content in contents.items() if memory.current().get(key) is None}
    if jobs < 2 or sum(map(len, new.values())) < WORTH_PROCESSES:
        return
    with ProcessPoolExecutor(jobs) as pool:
        for key, made in zip(new, pool.map(_encoded, new.values(), chunksize=8), strict=True):
            if made is not None:
                memory.current().put(key, made)


def _key(content: bytes) -> bytes:
    return memory.key("yaml", _CODE, content)


def _keep(key: bytes, parsed: _Parsed) -> None:
    with suppress(OverflowError):  # a whole number of more than 64 bits
        memory.current().put(key, _ENCODER.encode(parsed))


def _encoded(content: bytes) -> bytes | None:
    """The parsed content as it is kept; None when it has faults or cannot be kept, and is read again where they are told."""
    faults: list[Fault] = []
    parsed = _parse(content, Path(), faults)
    try:
        return None if faults else _ENCODER.encode(parsed)
    except OverflowError:
        return None


def _parse(content: bytes, file: Path, faults: list[Fault]) -> _Parsed:
    nothing = _Parsed(None, [])
    try:
        text = content.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        faults.append(Fault(file, 1, 1, "", f"the file is not UTF-8 (byte {error.start}); save it as UTF-8", "PB001"))
        return nothing
    try:
        node = YAML(typ="safe", pure=True).compose(text)
        if node is None:
            faults.append(Fault(file, 1, 1, "", "the file is empty; fill it or remove it", "PB001"))
            return nothing
        spots: list[int] = []
        return _Parsed(_value(node, (), file, spots, faults), spots)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark is not None else (1, 1)
        faults.append(Fault(file, line, column, "", f"not YAML: {error.problem or error.context}", "PB001"))
    except YAMLError as error:
        faults.append(Fault(file, 1, 1, "", f"not YAML: {str(error).splitlines()[0]}", "PB001"))
    except RecursionError:
        faults.append(Fault(file, 1, 1, "", "the file is nested too deeply, or an anchor holds itself; write it flatter", "PB001"))
    return nothing


def _value(node: Node, path: Path_, file: Path, spots: list[int], faults: list[Fault]) -> Any:
    spots += (node.start_mark.line + 1, node.start_mark.column + 1)
    if isinstance(node, MappingNode):
        made: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            mark = (key_node.start_mark.line + 1, key_node.start_mark.column + 1)
            if key in made:
                place = ".".join(map(str, (*path, key)))
                faults.append(Fault(file, *mark, place, f"the key {key} stands twice; remove one", "PB002"))
                continue
            spots += mark
            made[key] = _value(value_node, (*path, key), file, spots, faults)
        return made
    if isinstance(node, SequenceNode):
        return [_value(item, (*path, number), file, spots, faults) for number, item in enumerate(node.value)]
    assert isinstance(node, ScalarNode)
    return _scalar(node)


def _scalar(node: ScalarNode) -> Any:
    text: str = node.value
    if node.style is not None:
        return text
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    if _INT.match(text):
        return int(text)
    return float(text) if _FLOAT.match(text) else text


_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(_Parsed)
