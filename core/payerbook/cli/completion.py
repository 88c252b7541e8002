"""What a shell completes: commands, their options, pack ids, rule ids and the codes on file; argcomplete does the talking."""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping
from importlib import import_module
from typing import Any

import argcomplete

import payerbook
from payerbook.errors import PayerbookError


def answer(commands: Mapping[str, str]) -> None:
    """Writes what could follow the line that the shell passed in COMP_LINE, and ends the process.

    Only the command on that line is imported; `commands` gives the names of all, each with a line of help.
    """
    parser = argparse.ArgumentParser(prog="payerbook", allow_abbrev=False)
    chosen = parser.add_subparsers()
    words = os.environ.get("COMP_LINE", "").split()[1:2]
    for name, about in commands.items():
        own = chosen.add_parser(name, help=about, allow_abbrev=False)
        if [name] == words:
            import_module(f"payerbook.cli.{name}_command").add_arguments(own)
            _equip(own)
    argcomplete.autocomplete(parser)


def _equip(parser: argparse.ArgumentParser) -> None:
    """Gives the arguments that want an id or a code what they can be."""
    for action in parser._actions:  # argparse has no public list of them; argcomplete reads the same one
        if isinstance(action, argparse._SubParsersAction):
            for own in action.choices.values():
                _equip(own)
        elif action.dest in _COMPLETERS:
            action.completer = _COMPLETERS[action.dest]  # type: ignore[attr-defined]


def _packs(prefix: str, **_: Any) -> list[str]:
    try:
        return [head.id for head in payerbook.load().packs() if head.id.startswith(prefix)]
    except PayerbookError:
        return []


def _rules(prefix: str, **_: Any) -> list[str]:
    """Rule ids of the one pack that the prefix names, else pack ids with a dot."""
    packs = _packs("")
    named = [pack for pack in packs if prefix.startswith(f"{pack}.")]
    if not named:
        return [f"{pack}." for pack in packs if pack.startswith(prefix)]
    rules = payerbook.load().pack(max(named, key=len)).rules
    return [rule.id for rule in rules if rule.id.startswith(prefix)]


def _codes(prefix: str, **_: Any) -> list[str]:
    return [code for code in payerbook.load().codes if code.startswith(prefix)]


_COMPLETERS = {
    **dict.fromkeys(("payer", "pack", "packs"), _packs),
    **dict.fromkeys(("rule", "like", "select", "ignore"), _rules),
    "code": _codes,
}
"""By the names under which the commands keep their arguments."""
