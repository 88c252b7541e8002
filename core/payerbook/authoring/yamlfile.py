"""YAML read strictly: no duplicate keys, dates stay text, and every path remembers its line and column.

`YAML.compose` gives nodes with marks; values are made here, so that `NO` stays text, `2025-01-01` stays text for the date check,
and a bare 97110 is known to be a number that should have been text.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, NamedTuple

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from payerbook.authoring.faults import Fault

_INT = re.compile(r"[-+]?(0|[1-9][0-9]*)\Z")
_FLOAT = re.compile(r"[-+]?([0-9]+\.[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?\Z")
_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}

Path_ = tuple[str | int, ...]


class Mark(NamedTuple):
    line: int
    column: int


class Document(NamedTuple):
    """A file's data, the mark of every path (of values, and of keys under (path, "key")), and its faults."""

    file: Path
    data: Any
    marks: dict[Path_, Mark]
    keys: dict[Path_, Mark]
    faults: list[Fault]

    def fault(self, path: Path_, message: str, code: str, *, key: bool = False, note: bool = False) -> Fault:
        """A fault at a path of this file (at its key when `key`); a path that is absent is shown at its nearest parent."""
        marks = self.keys if key else self.marks
        at = path
        while at not in marks and at:
            at, marks = at[:-1], self.marks
        mark = marks.get(at, Mark(1, 1))
        return Fault(self.file, mark.line, mark.column, ".".join(map(str, path)), message, code, note)


def read(file: Path) -> Document:
    """Reads one file. A file that is no YAML gives data None and one fault."""
    document = Document(file, None, {}, {}, [])
    try:
        text = file.read_text("utf-8")
    except UnicodeDecodeError as error:
        document.faults.append(Fault(file, 1, 1, "", f"the file is not UTF-8 (byte {error.start}); save it as UTF-8", "PB001"))
        return document
    try:
        node = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark is not None else (1, 1)
        document.faults.append(Fault(file, line, column, "", f"not YAML: {error.problem or error.context}", "PB001"))
        return document
    except YAMLError as error:
        document.faults.append(Fault(file, 1, 1, "", f"not YAML: {str(error).splitlines()[0]}", "PB001"))
        return document
    if node is None:
        document.faults.append(Fault(file, 1, 1, "", "the file is empty; fill it or remove it", "PB001"))
        return document
    data = _value(node, (), document)
    return document._replace(data=data)


def _value(node: Node, path: Path_, document: Document) -> Any:
    document.marks[path] = Mark(node.start_mark.line + 1, node.start_mark.column + 1)
    if isinstance(node, MappingNode):
        made: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            place = (*path, key)
            if key in made:
                document.keys[place] = Mark(key_node.start_mark.line + 1, key_node.start_mark.column + 1)
                document.faults.append(document.fault(place, f"the key {key} stands twice; remove one", "PB002", key=True))
                continue
            document.keys[place] = Mark(key_node.start_mark.line + 1, key_node.start_mark.column + 1)
            made[key] = _value(value_node, place, document)
        return made
    if isinstance(node, SequenceNode):
        return [_value(item, (*path, number), document) for number, item in enumerate(node.value)]
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
