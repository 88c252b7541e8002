"""Serve the reference site and an HTTP API on one address of this machine: the routes answer what the commands print with --json.

GET /v1/ lists the routes, /v1/openapi.json describes them. Nothing that is asked is kept or logged.
"""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from pathlib import Path

from payerbook.cli import options
from payerbook.cli.server import API, Server
from payerbook.errors import UsageError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--site", type=Path, metavar="DIR", help="folder of the site (default: payerbook-site, if it is there)")
    parser.add_argument("--host", default="127.0.0.1", metavar="ADDRESS", help="address to listen on (default: 127.0.0.1: this machine)")
    parser.add_argument("--port", type=_port, default=8000, metavar="N", help="port to listen on; 0 takes a free one (default: 8000)")
    parser.add_argument("--max-body", type=_megabytes, default=20, metavar="MB", help="largest request in megabytes (default: 20)")
    options.add_policies(parser)


def run(arguments: argparse.Namespace) -> int:
    """Runs until it is stopped. Exit 2 when the folder or the address cannot be used, 3 when a pack did not load."""
    book = options.load(arguments)
    site = _site(arguments.site)
    try:
        server = Server(book, site, arguments.host, arguments.port, arguments.max_body * 1_000_000)
    except OSError as error:
        raise UsageError(f"{arguments.host}:{arguments.port} cannot be listened on ({error.strerror}); choose another --port.") from None
    lost = options.warn_not_loaded(book)
    told = f"The site is at {server.address}/, the API" if site is not None else "There is no site (`payerbook site` builds one). The API"
    print(f"{told} at {server.address}{API}. Press Ctrl+C to stop.", file=sys.stderr, flush=True)
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass
    finally:
        server.server_close()
    return lost


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) <= 65535):
        raise argparse.ArgumentTypeError(f"{text!r} is not a port; write a number up to 65535, or 0 for a free one")
    return int(text)


def _megabytes(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= 1000):
        raise argparse.ArgumentTypeError(f"{text!r} is not a size; write whole megabytes from 1 to 1000")
    return int(text)


def _site(folder: Path | None) -> Path | None:
    chosen = folder or Path("payerbook-site")
    if (chosen / "index.html").is_file():
        return chosen
    if folder is not None:
        raise UsageError(f"{folder} holds no site; build one with `payerbook site --out {folder}`.")
    return None
