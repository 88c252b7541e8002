"""The how-to pages name commands, options and files that exist, and the release job that a new plugin brings does its work."""

from __future__ import annotations

import argparse
import re
import shlex
from importlib import import_module
from pathlib import Path

import pytest

from installation import ROOT
from payerbook.cli import COMMANDS

PAGES = sorted((ROOT / "docs" / "how-to").glob("*.md"))
_COMMAND = re.compile(r"^\s*(?:\$ )?payerbook ((?:.*\\\n)*.*)$", re.MULTILINE)
_BLOCK = re.compile(r"^( *)```(?:sh|console)\n(.*?)^\1```$", re.DOTALL | re.MULTILINE)


def shown(page: Path) -> list[str]:
    """The commands of payerbook in the fenced blocks of a page."""
    blocks = [block[2] for block in _BLOCK.finditer(page.read_text("utf-8"))]
    return [found[1].replace("\\\n", " ") for block in blocks for found in _COMMAND.finditer(block)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_commands_and_options_exist(page: Path) -> None:
    for command in shown(page):
        name, *arguments = shlex.split(command)
        assert name in COMMANDS, command
        parser = argparse.ArgumentParser(prog=f"payerbook {name}", exit_on_error=False, allow_abbrev=False)
        import_module(f"payerbook.cli.{name}_command").add_arguments(parser)
        try:
            parser.parse_args(arguments)
        except (SystemExit, argparse.ArgumentError) as error:
            pytest.fail(f"{page.name}: payerbook {command}: {error}")


@pytest.mark.parametrize("page", [*PAGES, ROOT / "docs" / "tutorial" / "add-your-payer.md"], ids=lambda page: page.stem)
def test_pages_lead_to_files_that_exist(page: Path) -> None:
    for target in re.findall(r"\]\(([^)]+)\)", page.read_text("utf-8")):
        if not target.startswith("https://"):
            assert (page.parent / target.partition("#")[0]).is_file(), f"{page.name}: {target}"


def test_every_page_is_listed() -> None:
    listed = set(re.findall(r"\]\(([\w-]+\.md)\)", (ROOT / "docs" / "how-to" / "README.md").read_text("utf-8")))
    assert listed == {page.name for page in PAGES} - {"README.md"}
