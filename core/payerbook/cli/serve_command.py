"""Serve the reference site and an HTTP API on one address of this machine: the routes answer what the commands print with --json.

GET /v1/ lists the routes. Nothing that is asked is kept or logged.
"""

from __future__ import annotations

import argparse
import sys
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec

from payerbook.api import Book
from payerbook.cli import options, routes
from payerbook.errors import PayerbookError, UsageError

API = "/v1/"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--site", type=Path, metavar="DIR", help="folder of the site (default: payerbook-site, if it is there)")
    parser.add_argument("--host", default="127.0.0.1", metavar="ADDRESS", help="address to listen on (default: 127.0.0.1: this machine)")
    parser.add_argument("--port", type=int, default=8000, metavar="N", help="port to listen on; 0 takes a free one (default: 8000)")
    parser.add_argument("--max-body", type=int, default=20, metavar="MB", help="largest request in megabytes (default: 20)")
    options.add_policies(parser)


def run(arguments: argparse.Namespace) -> int:
    """Runs until it is stopped. Exit 2 when the folder or the address cannot be used, 3 when a pack did not load."""
    book = options.load(arguments)
    site = _site(arguments.site)
    try:
        server = serve(book, site, arguments.host, arguments.port, arguments.max_body * 1_000_000)
    except OSError as error:
        raise UsageError(f"{arguments.host}:{arguments.port} cannot be listened on ({error.strerror}); choose another --port.") from None
    lost = options.warn_not_loaded(book)
    address = f"http://{server.server_address[0]!s}:{server.server_address[1]}"
    told = f"The site is at {address}/, the API" if site is not None else "There is no site (`payerbook site` builds one). The API"
    print(f"{told} at {address}{API}. Press Ctrl+C to stop.", file=sys.stderr, flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass
    finally:
        server.server_close()
    return lost


def _site(folder: Path | None) -> Path | None:
    chosen = folder or Path("payerbook-site")
    if (chosen / "index.html").is_file():
        return chosen
    if folder is not None:
        raise UsageError(f"{folder} holds no site; build one with `payerbook site --out {folder}`.")
    return None


def serve(book: Book, site: Path | None, host: str, port: int, max_body: int) -> ThreadingHTTPServer:
    """A server for the site and the API, listening already; `max_body` is the largest request in bytes. Raises OSError."""
    return ThreadingHTTPServer((host, port), partial(Handler, book=book, site=site, max_body=max_body))


class Handler(SimpleHTTPRequestHandler):
    """Answers one request. What stands in requests is never logged: it may hold data of patients."""

    server_version = "payerbook"
    sys_version = ""
    timeout = 60
    """Seconds that a request may keep the server waiting."""

    def __init__(self, *arguments: Any, book: Book, site: Path | None, max_body: int) -> None:
        self._book = book
        self._site = site
        self._max_body = max_body
        super().__init__(*arguments, directory=None if site is None else str(site))

    def do_GET(self) -> None:
        """A page of the site, or a question."""
        if self._route() is not None:
            self._ask(b"", post=False)
        elif self._site is None:
            self._refuse(HTTPStatus.NOT_FOUND, f"There is no site here; {API} lists the routes of the API.")
        else:
            super().do_GET()

    def do_HEAD(self) -> None:
        """The head of a page of the site."""
        if self._route() is not None or self._site is None:
            self._refuse(HTTPStatus.METHOD_NOT_ALLOWED, "The API takes GET and POST.")
        else:
            super().do_HEAD()

    def do_POST(self) -> None:
        """Claims to check."""
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal():
            self.close_connection = True
            self._refuse(HTTPStatus.LENGTH_REQUIRED, "Send the length of the request (Content-Length).")
        elif int(length) > self._max_body:
            self.close_connection = True  # what follows is not read
            self._refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"More than {self._max_body} bytes; send the claims in parts.")
        else:
            self._ask(self.rfile.read(int(length)), post=True)

    def _route(self) -> str | None:
        """The name of the route asked for, empty for the list of all; None = it is no address of the API."""
        path = urlsplit(self.path).path
        return path.removeprefix(API) if path.startswith(API) else None

    def _ask(self, body: bytes, *, post: bool) -> None:
        name = self._route()
        if name == "" and not post:
            self._send(HTTPStatus.OK, routes.listed())
        elif name is None or name not in routes.ROUTES:
            self._refuse(HTTPStatus.NOT_FOUND, f"There is no such route; {API} lists those that there are.")
        elif routes.ROUTES[name].body != post:
            self._refuse(HTTPStatus.METHOD_NOT_ALLOWED, f"{API}{name} takes {'GET' if post else 'POST'}.")
        else:
            try:
                query = parse_qs(urlsplit(self.path).query, keep_blank_values=True)
                self._send(HTTPStatus.OK, routes.answered(self._book, name, query, body))
            except PayerbookError as error:
                self._refuse(HTTPStatus.BAD_REQUEST, str(error))

    def _refuse(self, status: HTTPStatus, message: str) -> None:
        self._send(status, msgspec.json.encode({"error": message}))

    def _send(self, status: HTTPStatus, data: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(data)

    def end_headers(self) -> None:
        """Every answer says that it is what it says it is, and that nobody is told where a reader came from."""
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Referrer-Policy", "no-referrer")
        super().end_headers()

    def list_directory(self, path: Any) -> None:
        """Folders are not listed."""
        self.send_error(HTTPStatus.NOT_FOUND)

    def log_message(self, format: str, *arguments: Any) -> None:
        """Nothing: addresses and claims may hold data of patients."""
