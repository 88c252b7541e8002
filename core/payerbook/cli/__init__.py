"""The command `payerbook`: turns arguments into calls. Each command is a module, imported only when it is asked for."""

from __future__ import annotations

import argparse
import os
import sys
from contextlib import AbstractContextManager, nullcontext
from importlib import import_module

from payerbook.errors import InputError, PackError, PayerbookError

COMMANDS = {
    "check": "check claims and print findings (837P, 837I, claim JSON, CSV, FHIR)",
    "units": "minutes to billable units, by the payer's own counting method",
    "coverage": "is a code covered on a day, and what does a claim for it need",
    "limits": "each limit of a code: how many, used, remaining, next allowed day",
    "authorization": "is prior authorization needed, what to send, by when",
    "deadlines": "what is due when for a claim, and why",
    "price": "expected allowed and paid amounts of each line, with the arithmetic",
    "data": "official quarterly tables in your own data folder: import, list, remove",
    "rule": "one rule in words: setting on the date, history, sources, examples",
    "packs": "packs on file, with grades and holes",
    "payer": "which payer a name means: a pack id, with why and how sure",
    "compare": "one code across payers, or one point across codes",
    "lint": "check the files of a pack, with file, line and repair",
    "test": "run the cases that stand beside the rules",
    "strength": "put small faults into a pack and name those that its cases do not notice",
    "prove": "find dead rules, contradictions, holes in time and answers that disagree, each with the smallest claim",
    "amend": "add a version to a rule; shows the change, refuses what would not lint",
    "diff": "what differs between two dates of a pack, two packs, folders, revisions or wheels",
    "replay": "which claims change under two states of a pack, and the dollars at stake",
    "changes": "what changed for billers and what is coming, from the history of the rules",
    "sources": "the documents that packs rest on; does a downloaded one differ, which rules cite it",
    "migrate": "bring the files of a pack to the current format",
    "new": "start a pack, a rule, its cases, or a plugin: files with every setting explained",
    "schema": "the JSON Schemas of claims, reports and packs",
    "site": "write and build the reference site",
    "serve": "the reference site and an HTTP API on one address of this machine",
    "completion": "what makes your shell complete commands, options, payers, rules and codes",
}
"""Name and one line of help of every command; its module is `payerbook.cli.<name>_command`."""

AUTHORS = frozenset({"lint", "test", "strength", "prove", "amend", "diff", "replay", "sources", "migrate", "new", "site"})
"""Commands that read packs as YAML."""

NOTICE = "Not legal or billing advice."


def main(arguments: list[str] | None = None) -> int:
    """Runs one command and returns its exit code: 0 nothing found, 1 findings, 2 usage or unreadable input, 3 a pack did not load."""
    if "_ARGCOMPLETE" in os.environ:  # set by the shell when it asks what could follow
        from payerbook.cli import completion

        completion.answer(COMMANDS)
    arguments = sys.argv[1:] if arguments is None else arguments
    if arguments[:1] == ["help"]:
        arguments = [*arguments[1:2], "--help"]
    try:
        return _run(arguments)
    except InputError as error:
        return _say(str(error.problem), 2)
    except PackError as error:
        return _say(f"PACK-ERROR: {error}", 3)
    except PayerbookError as error:
        return _say(f"USAGE: {error}", 2)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        return _say(f"USAGE: {error.filename or 'A file'} cannot be read or written ({error.strerror}); check the name and the folder.", 2)
    except KeyboardInterrupt:
        return 130


def _run(arguments: list[str]) -> int:
    if arguments and arguments[0] in COMMANDS:
        module = import_module(f"payerbook.cli.{arguments[0]}_command")
        parser = argparse.ArgumentParser(prog=f"payerbook {arguments[0]}", description=module.__doc__, epilog=NOTICE, allow_abbrev=False)
        module.add_arguments(parser)
        asked = parser.parse_args(arguments[1:])
        with _kept(arguments[0]):
            code: int = module.run(asked)
        return code
    return _overview(arguments)


def _kept(command: str) -> AbstractContextManager[object]:
    """What a command of authors parses is kept for the next one; the others read compiled packs."""
    if command not in AUTHORS:
        return nullcontext()
    import payerbook
    from payerbook.authoring import memory

    return memory.use(payerbook.cache_folder())


def _overview(arguments: list[str]) -> int:
    if arguments == ["--version"]:
        from payerbook.api import engine_version

        print(f"payerbook {engine_version()}")
        return 0
    lines = ["usage: payerbook COMMAND ...", "", "Checks therapy claims against dated, cited payer policy before they are sent.", ""]
    wide = max(map(len, COMMANDS))
    lines += [f"  {name:<{wide}} {about}" for name, about in COMMANDS.items()]
    lines += ["", "`payerbook COMMAND --help` explains one command.", NOTICE]
    if arguments in ([], ["--help"], ["-h"]):
        print("\n".join(lines))
        return 0
    from difflib import get_close_matches

    near = get_close_matches(arguments[0], COMMANDS, 1)
    hint = f"did you mean {near[0]}?" if near else f"known: {', '.join(COMMANDS)}."
    return _say(f"USAGE: there is no command {arguments[0]!r}; {hint}", 2)


def _say(text: str, code: int) -> int:
    print(text, file=sys.stderr)
    return code
