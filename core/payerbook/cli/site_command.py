"""Write and build the reference site: one page per pack and topic, from the same YAML that the engine checks with."""

from __future__ import annotations

import argparse
import os
from datetime import UTC, date, datetime
from pathlib import Path

from payerbook.cli import options
from payerbook.errors import UsageError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--out", type=Path, default=Path("payerbook-site"), metavar="DIR", help="where the site is built (default: payerbook-site)"
    )
    parser.add_argument(
        "--today", type=options.day, metavar="DATE", help="show settings as they stand on this day (default: SOURCE_DATE_EPOCH, else today)"
    )
    parser.add_argument(
        "--pyodide", type=Path, metavar="DIR", help="folder with the Python that the claim checker runs on (`make pyodide` fetches it)"
    )
    parser.add_argument("--base-url", metavar="URL", help="address the site will have, for links in machine files")


def run(arguments: argparse.Namespace) -> int:
    """Exit 0; 2 when mkdocs or pyarrow is not installed."""
    from payerbook.pages.build import build

    today = arguments.today or _today(os.environ.get("SOURCE_DATE_EPOCH"))
    build(arguments.out, today=today, base_url=arguments.base_url, pyodide=arguments.pyodide)
    print(f"The site is in {arguments.out}; `payerbook serve --site {arguments.out}` shows it, and any web host can")
    return 0


def _today(epoch: str | None) -> date:
    """The day that tools for reproducible builds name in seconds since 1970 (SOURCE_DATE_EPOCH), else that of the clock."""
    if not epoch:
        return options.clock()
    try:
        return datetime.fromtimestamp(int(epoch), UTC).date()
    except (ValueError, OverflowError, OSError):
        raise UsageError(f"SOURCE_DATE_EPOCH is {epoch!r}; it has to be a number of seconds since 1970, or unset it.") from None
