"""The HTTP side of `serve`: which request gets which answer. What stands in requests is never logged, it may hold data of patients."""

from __future__ import annotations

import socket
import sys
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec

from payerbook.api import Book
from payerbook.cli import routes
from payerbook.cli.output import plain
from payerbook.cli.parameters import LABEL
from payerbook.cli.routes import Route
from payerbook.errors import InputError, PayerbookError, Problem

API = "/v1/"
DOCUMENT = "openapi.json"
FORMS = ("application/x-www-form-urlencoded", "multipart/", "text/html", "image/", "audio/", "video/", "font/")
"""Types of bodies, or how they begin, that hold no claims."""
OF_SITE = ("GET", "HEAD")


class Server(ThreadingHTTPServer):
    """Answers many requests at a time; closing waits for those that are being answered."""

    daemon_threads = False

    def __init__(self, book: Book, site: Path | None, host: str, port: int, max_body: int) -> None:
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        super().__init__((host, port), partial(Handler, book=book, site=site, max_body=max_body))

    @property
    def address(self) -> str:
        """Where it listens, as the beginning of an address."""
        host, port = self.server_address[:2]
        return f"http://[{host!s}]:{port}" if self.address_family == socket.AF_INET6 else f"http://{host!s}:{port}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A fault of ours is named by its kind and place, without what was asked; a reader who went away is none."""
        fault, place = sys.exc_info()[1], sys.exc_info()[2]
        if fault is None or isinstance(fault, ConnectionError):
            return
        while place is not None and place.tb_next is not None:
            place = place.tb_next
        where = "" if place is None else f" at {Path(place.tb_frame.f_code.co_filename).name}:{place.tb_lineno}"
        print(f"INTERNAL: {type(fault).__name__}{where}", file=sys.stderr, flush=True)


class Handler(SimpleHTTPRequestHandler):
    """Answers one request."""

    timeout = 30
    """Seconds that a request may keep the server waiting."""

    def __init__(self, *arguments: Any, book: Book, site: Path | None, max_body: int) -> None:
        self._book = book
        self._site = site
        self._max_body = max_body
        super().__init__(*arguments, directory=None if site is None else str(site))

    def do_GET(self) -> None:
        """A page of the site, or a question."""
        if self._name() is not None:
            self._ask()
        elif self._site is None:
            self._refuse(HTTPStatus.NOT_FOUND, "There is no site here.", f"{API} lists the routes of the API.")
        else:
            super().do_GET()

    def do_HEAD(self) -> None:
        """The same without the body."""
        if self._name() is not None or self._site is None:
            self.do_GET()
        else:
            super().do_HEAD()

    def do_POST(self) -> None:
        """Claims, or a question about a patient."""
        self._ask()

    def do_OPTIONS(self) -> None:
        """The methods that an address takes."""
        allowed = self._allowed()
        if allowed is None:
            self._missing()
        else:
            self._send(HTTPStatus.NO_CONTENT, b"", allowed)

    def do_PUT(self) -> None:
        """Nothing is put here."""
        self._ask()

    do_DELETE = do_PATCH = do_PUT

    def _name(self) -> str | None:
        """The name of the route asked for, empty for the list of all; None = it is no address of the API."""
        path = urlsplit(self.path).path
        return path.removeprefix(API) if path.startswith(API) else "" if path == API.rstrip("/") else None

    def _allowed(self) -> tuple[str, ...] | None:
        """The methods of the address; None = there is no such address of the API."""
        name = self._name()
        if name is None or name in ("", DOCUMENT):
            return OF_SITE
        return routes.ROUTES[name].methods if name in routes.ROUTES else None

    def _ask(self) -> None:
        name, allowed = self._name(), self._allowed()
        if allowed is None:
            self._missing()
        elif self.command not in allowed:
            repair = f"It takes {' and '.join(allowed)}."
            self._refuse(HTTPStatus.METHOD_NOT_ALLOWED, f"This address takes no {self.command}.", repair, allowed)
        elif not name:
            self._send(HTTPStatus.OK, routes.listed())
        elif name == DOCUMENT:
            from payerbook.cli import openapi

            self._send(HTTPStatus.OK, openapi.document())
        else:
            self._answer(routes.ROUTES[name])

    def _answer(self, route: Route) -> None:
        body = self._body(route) if self.command == "POST" else b""
        if body is None:
            return
        try:
            query = parse_qs(urlsplit(self.path).query, keep_blank_values=True)
            data = routes.answered(self._book, route, query, body)
        except InputError as error:
            self._send(HTTPStatus.BAD_REQUEST, _refusal(error.problem))
        except PayerbookError as error:
            self._send(HTTPStatus.BAD_REQUEST, _refusal(Problem("USAGE", str(error), "", LABEL)))
        except Exception:
            self.server.handle_error(self.request, self.client_address)
            told = "This request found a fault of payerbook."
            self._refuse(HTTPStatus.INTERNAL_SERVER_ERROR, told, "Please report it, without the request.")
        else:
            self._send(HTTPStatus.OK, data)

    def _body(self, route: Route) -> bytes | None:
        """The body of a request; None when it was refused."""
        length = self.headers.get("Content-Length", "")
        kind = self.headers.get_content_type() if "Content-Type" in self.headers else ""
        if not (length.isascii() and length.isdigit()):
            self._refuse(HTTPStatus.LENGTH_REQUIRED, "The length of the body is missing.", "Send it in the header Content-Length.")
        elif int(length) > self._max_body:
            self._pass_over(int(length))
            more = f"The body has more than {self._max_body:,} bytes."
            self._refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, more, "Send the claims in parts, or start with a larger --max-body.")
        elif kind.startswith(FORMS) or (route.body == "question" and kind not in ("", "application/json")):
            self._pass_over(int(length))
            wanted = "application/json" if route.body == "question" else "application/json, or text/plain for any other format"
            self._refuse(
                HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"A body of type {kind} is not read.", f"Send the header Content-Type: {wanted}."
            )
        else:
            return self.rfile.read(int(length))
        return None

    def _pass_over(self, length: int) -> None:
        """Reads what is refused, within reason: most clients listen only once they have sent everything."""
        left = min(length, 2 * self._max_body)
        while left > 0 and (chunk := self.rfile.read(min(left, 1 << 16))):
            left -= len(chunk)

    def _missing(self) -> None:
        self._refuse(HTTPStatus.NOT_FOUND, "There is no such address.", f"{API} lists those that there are.")

    def _refuse(self, status: HTTPStatus, message: str, repair: str, allowed: tuple[str, ...] = ()) -> None:
        self._send(status, _refusal(Problem(status.phrase.upper().replace(" ", "-"), message, repair, LABEL)), allowed)

    def _send(self, status: HTTPStatus, data: bytes, allowed: tuple[str, ...] = ()) -> None:
        self.send_response(status)
        if allowed:
            self.send_header("Allow", ", ".join([*allowed, "OPTIONS"]))
        if data:
            self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """A page that is not there is answered with the site's own page for that."""
        page = None if self._site is None else self._site / "404.html"
        if code != HTTPStatus.NOT_FOUND or page is None or not page.is_file():
            super().send_error(code, message, explain)
            return
        data = page.read_bytes()
        self.send_response(code)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def version_string(self) -> str:
        """What the header Server says."""
        return "payerbook"

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


def _refusal(problem: Problem) -> bytes:
    """A fault in the shape that it has in the errors of `check`."""
    return msgspec.json.encode({"error": plain(problem)})
