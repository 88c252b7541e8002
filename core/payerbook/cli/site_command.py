"""Write and build the reference site: one page per pack and topic, from the same YAML that the engine checks with."""

from __future__ import annotations

import argparse
from pathlib import Path

from payerbook.cli import options


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--out", type=Path, default=Path("payerbook-site"), metavar="DIR", help="where the site is built (default: payerbook-site)"
    )
    parser.add_argument("--today", type=options.day, metavar="DATE", help="show settings as they stand on this day (default: today)")
    parser.add_argument(
        "--pyodide", type=Path, metavar="DIR", help="folder with the Python that the claim checker runs on (`make pyodide` fetches it)"
    )
    parser.add_argument("--base-url", metavar="URL", help="address the site will have, for links in machine files")


def run(arguments: argparse.Namespace) -> int:
    """Exit 0; 2 when mkdocs is not installed."""
    from payerbook.pages.build import build

    index = build(arguments.out, today=arguments.today or options.clock(), base_url=arguments.base_url, pyodide=arguments.pyodide)
    print(f"The site is in {arguments.out}; open {index}")
    return 0
