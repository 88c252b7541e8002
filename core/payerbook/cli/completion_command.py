"""What makes a shell complete commands, options, payers, rules and codes: `eval "$(payerbook completion bash)"`."""

from __future__ import annotations

import argparse

from payerbook.errors import UsageError

SHELLS = ("bash", "zsh", "fish", "tcsh", "powershell")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("shell", choices=SHELLS, metavar="SHELL", help=f"{', '.join(SHELLS)}; put the line into the file it reads at start")


def run(arguments: argparse.Namespace) -> int:
    """Exit 0; 2 when the library for it is not installed."""
    try:
        from argcomplete.shell_integration import shellcode
    except ImportError:
        raise UsageError("Completion needs argcomplete. Install it: pip install 'payerbook[completion]'") from None
    print(shellcode(["payerbook"], shell=arguments.shell))
    return 0
