"""`payerbook serve`: the routes answer what the commands print, refuse what they cannot use in words, and log nothing."""

from __future__ import annotations

import http.client
import json
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import payerbook
from payerbook.cli import main, routes
from payerbook.cli.server import Server

SAMPLES = Path(__file__).parents[1] / "samples"
HANDBOOK = Path(__file__).parents[1] / "docs" / "how-to" / "serve-an-api.md"
CODE = "payer=medicare.part-b&code=97164&on=2026-03-02"
CLAIM = {
    "claim_id": "A1", "payer": "medicare.part-b", "place_of_service": "11", "billing_provider": {"npi": "1234567893", "state": "OR"},
    "lines": [{"number": 1, "service_date": "2024-08-05", "code": "97110", "modifiers": ["GP"], "units": 2}],
}  # fmt: skip
HISTORY = {"service_date": "2026-02-20", "code": "97164", "units": 1, "modifiers": ["GP"]}
VISITS = {"name": "visits", "disciplines": ["PT"], "limit": 30, "used": 29, "period": "calendar-year"}
BENEFITS = {"eligibility": {"active": True, "benefits": [VISITS]}}
PARITY = {
    f"coverage?{CODE}": ["coverage", "medicare.part-b", "97164", "--on", "2026-03-02"],
    f"coverage?{CODE}&state=or&modifier=gp&modifier=59": [
        "coverage", "medicare.part-b", "97164", "--on", "2026-03-02", "--state", "OR", "--modifier", "GP", "--modifier", "59",
    ],
    f"limits?{CODE}&place=11": ["limits", "medicare.part-b", "97164", "--on", "2026-03-02", "--place", "11"],
    f"authorization?{CODE}&visit=3": ["authorization", "medicare.part-b", "97164", "--on", "2026-03-02", "--visit", "3"],
    "units?payer=medicare%20b&minutes=97110=24&minutes=97140=21": ["units", "medicare b", "97110=24", "97140=21"],
    "units?payer=medicare.part-b&minutes=97129%2B97130=40&method=ama&on=2026-01-05": [
        "units", "medicare.part-b", "97129+97130=40", "--method", "ama", "--on", "2026-01-05",
    ],
    "compare?code=97110&payer=medicare.part-b&payer=tricare&on=2026-03-02&place=12": [
        "compare", "97110", "--payers", "medicare.part-b,tricare", "--on", "2026-03-02", "--place", "12",
    ],
    "compare?matrix=timely-filing&on=2026-03-02": ["compare", "--matrix", "timely-filing", "--on", "2026-03-02"],
    "payer?name=medicare%20b": ["payer", "medicare b"],
    "rule?id=medicare.part-b.kx-threshold&on=2025-05-05&known_on=2024-11-30": [
        "rule", "medicare.part-b.kx-threshold", "--on", "2025-05-05", "--known-on", "2024-11-30",
    ],
    "packs": ["packs"],
    "packs?payer=tricare&today=2027-12-01": ["packs", "tricare", "--holes", "--today", "2027-12-01"],
    "diff?before=medicare.part-b@2025-06-01&after=medicare.part-b@2026-06-01": [
        "diff", "medicare.part-b@2025-06-01", "medicare.part-b@2026-06-01",
    ],
}  # fmt: skip
"""Addresses below /v1/ and the command that answers the same."""


class Client:
    """Asks a server on this machine."""

    def __init__(self, port: int) -> None:
        self.port = port

    def full(self, method: str, path: str, body: bytes | None = None, **headers: str) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        found = answer.status, dict(answer.headers), answer.read()
        connection.close()
        return found

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> tuple[int, bytes]:
        status, _, data = self.full(method, path, body, **headers)
        return status, data

    def get(self, path: str) -> Any:
        status, data = self.ask("GET", path)
        assert status == 200, data
        return json.loads(data)

    def refused(self, method: str, path: str, body: bytes | None = None, **headers: str) -> tuple[int, dict[str, Any]]:
        status, data = self.ask(method, path, body, **headers)
        error = json.loads(data)["error"]
        assert set(error) == {"code", "file", "place", "claim_id", "message", "repair"}
        return status, error


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    (folder / "index.html").write_text("<title>home</title>", "utf-8")
    (folder / "404.html").write_text("<title>not there</title>", "utf-8")
    (folder / "engine.mjs").write_text("export default 1", "utf-8")
    (folder / "inner").mkdir()
    return folder


@pytest.fixture(scope="module")
def client(site: Path) -> Iterator[Client]:
    server = Server(payerbook.load(), site, "127.0.0.1", 0, 1_000_000)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield Client(int(server.server_address[1]))
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def document(client: Client) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/v1/openapi.json")
    return found


def fits(document: dict[str, Any], operation: dict[str, Any], status: int, data: bytes) -> None:
    """An answer is what the document promises."""
    promised = operation["responses"][str(status)]["content"]["application/json"]["schema"]
    jsonschema.Draft202012Validator({**promised, "components": document["components"]}).validate(json.loads(data))


@pytest.mark.parametrize("path", PARITY)
def test_a_route_answers_what_the_command_prints(
    client: Client, document: dict[str, Any], path: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*PARITY[path], "--json"]) == 0
    status, data = client.ask("GET", f"/v1/{path}")
    assert (status, data.decode() + "\n") == (200, capsys.readouterr().out)
    fits(document, document["paths"][f"/v1/{path.partition('?')[0]}"]["get"], 200, data)


def test_what_is_known_of_a_patient_comes_in_the_body(
    client: Client, document: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "history.jsonl").write_text(json.dumps(HISTORY), "utf-8")
    (tmp_path / "context.json").write_text(json.dumps(BENEFITS), "utf-8")
    said = {"payer": "medicare.part-b", "code": "97164", "on": "2026-03-02", "visit": 3, "modifier": ["GP"]}
    body = json.dumps({**said, "history": [HISTORY], "context": BENEFITS}).encode()
    for name in ("coverage", "limits", "authorization"):
        files = ["--history", str(tmp_path / "history.jsonl"), "--context", str(tmp_path / "context.json")]
        main([name, "medicare.part-b", "97164", "--on", "2026-03-02", "--visit", "3", "--modifier", "GP", *files, "--json"])
        status, data = client.ask("POST", f"/v1/{name}", body, **{"Content-Type": "application/json"})
        assert (status, data.decode() + "\n") == (200, capsys.readouterr().out)
        fits(document, document["paths"][f"/v1/{name}"]["post"], 200, data)
    assert json.loads(client.ask("POST", "/v1/limits", body)[1]) != json.loads(
        client.ask("POST", "/v1/limits", json.dumps(said).encode())[1]
    )


def test_claims_are_checked_as_by_the_command(client: Client, document: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("batch-837p.x12", "claims.json", "claims.jsonl"):
        data = (SAMPLES / name).read_bytes()
        status, answer = client.ask("POST", "/v1/check?today=2026-11-21", data)
        main(["check", str(SAMPLES / name), "--today", "2026-11-21", "--json"])
        expected = capsys.readouterr().out.replace(json.dumps(str(SAMPLES / name)), '"the request"')
        assert (status, answer.decode()) == (200, expected)
        fits(document, document["paths"]["/v1/check"]["post"], 200, answer)


@pytest.mark.parametrize(("name", "more"), [("price", ["--locality", "OR/01"]), ("price", ["--national"]), ("deadlines", [])])
def test_amounts_and_days_of_claims_are_those_of_the_command(
    client: Client, document: dict[str, Any], tmp_path: Path, name: str, more: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "claims.jsonl").write_text("\n".join([json.dumps(CLAIM), json.dumps({**CLAIM, "claim_id": "A2"}), "{}"]), "utf-8")
    query = {"--locality": "?locality=OR/01", "--national": "?national=true"}.get(more[0], "") if more else ""
    status, data = client.ask("POST", f"/v1/{name}{query}", (tmp_path / "claims.jsonl").read_bytes())
    assert main([name, str(tmp_path / "claims.jsonl"), *more, "--json"]) == 2
    printed = capsys.readouterr()
    assert status == 200
    assert data.decode().startswith('{"answers":[' + ",".join(printed.out.splitlines()) + '],"errors":[{')
    [error] = json.loads(data)["errors"]
    assert error["message"] in printed.err
    fits(document, document["paths"][f"/v1/{name}"]["post"], 200, data)


def test_every_route_is_listed_described_and_takes_what_it_says(client: Client, document: dict[str, Any]) -> None:
    listed = client.get("/v1/")["routes"]
    assert set(listed) == {f"/v1/{name}" for name in routes.ROUTES} == set(document["paths"])
    assert {path.partition("?")[0] for path in PARITY} | {"check", "price", "deadlines"} == set(routes.ROUTES)
    references = set(re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(document)))
    assert references <= set(document["components"]["schemas"])
    for address, route in listed.items():
        assert {method.lower() for method in route["methods"]} - {"head"} == set(document["paths"][address])
        for method in route["methods"]:
            if method == "HEAD":
                continue
            status, data = client.ask(method, f"{address}?wrong=1", b"{}" if method == "POST" else None)
            assert (status, json.loads(data)["error"]["place"]["path"]) == (400, "wrong")
            fits(document, document["paths"][address][method.lower()], 400, data)


def test_the_handbook_has_every_route_with_what_it_takes() -> None:
    rows = re.findall(r"^\| (`/v1/.*?) \| (.*?) \| (.*?) \|", HANDBOOK.read_text("utf-8"), re.MULTILINE)
    told = {name: (methods, names) for cell, methods, names in rows for name in re.findall(r"/v1/(\w+)", cell)}
    assert set(told) == set(routes.ROUTES)
    for name, route in routes.ROUTES.items():
        methods, names = told[name]
        assert methods == ", ".join(method for method in route.methods if method != "HEAD")
        assert re.findall(r"`(\w+)`", names) == [one.name for one in route.takes]


def test_what_cannot_be_used_is_said(client: Client) -> None:
    asked = "/v1/coverage?payer=medicare.part-b&code=97110"
    expected = {
        ("GET", "/v1/nothing", None): (404, "no such address"),
        ("POST", "/index.html", b""): (405, "takes no POST"),
        ("GET", "/v1/coverage?code=97110", None): (400, "payer: it is missing"),
        ("GET", "/v1/coverage?payer=medicare.part-b&code=9711", None): (400, "not a procedure code"),
        ("GET", f"{asked}&on=soon", None): (400, "on: 'soon' is not a date"),
        ("GET", f"{asked}&claim_type=dental", None): (400, "claim_type: 'dental' is not known"),
        ("GET", "/v1/coverage?payer=nobody&code=97110", None): (400, "nobody"),
        ("GET", "/v1/coverage?payer=a&payer=b&code=97110", None): (400, "payer: it stands 2 times"),
        ("GET", "/v1/units?payer=medicare.part-b&minutes=x", None): (400, "not CODE=MINUTES"),
        ("GET", "/v1/diff?before=.&after=tricare", None): (400, "before: it is no pack on file"),
        ("GET", "/v1/diff?before=HEAD:policies/tricare&after=tricare", None): (400, "before: it is no pack on file"),
        ("POST", "/v1/check?payer=nobody", b"[]"): (400, "nobody"),
        ("POST", "/v1/limits", b"97110"): (400, "not a JSON object"),
        ("POST", "/v1/limits", b'{"payer": {}}'): (400, "payer: it is neither text nor a whole number"),
        ("POST", "/v1/limits?payer=a", b'{"payer": "a"}'): (400, "in the address and in the body"),
        ("POST", "/v1/limits", b'{"payer": "tricare", "code": "97110", "context": {"eligible": 1}}'): (400, "eligible"),
        ("POST", "/v1/limits", b'{"payer": "tricare", "code": "97110", "history": [{"code": 97110}]}'): (400, "code"),
        ("POST", "/v1/limits", b'{"payer": "tricare", "code": "97110", "context": {"history": []}, "history": []}'): (
            400,
            "has a history, too",
        ),
    }
    for (method, path, body), (status, words) in expected.items():
        found = client.refused(method, path, body)
        assert found[0] == status, (path, found)
        assert words in found[1]["message"], (path, found)
    assert (
        client.refused("POST", "/v1/limits", b'{"payer": "tricare", "code": "97110", "context": {"eligible": 1}}')[1]["place"]["path"]
        == "context.eligible"
    )


def test_methods_lengths_and_types_that_do_not_fit_are_refused(client: Client) -> None:
    for method, path, allowed in (
        ("GET", "/v1/check", "POST, OPTIONS"),
        ("POST", "/v1/rule?id=x", "GET, HEAD, OPTIONS"),
        ("DELETE", "/v1/limits", "GET, HEAD, POST, OPTIONS"),
        ("PUT", "/v1/", "GET, HEAD, OPTIONS"), ("PATCH", "/v1/openapi.json", "GET, HEAD, OPTIONS"),
    ):  # fmt: skip
        status, headers, data = client.full(method, path, b"" if method == "POST" else None)
        assert (status, headers["Allow"], json.loads(data)["error"]["code"]) == (405, allowed, "METHOD-NOT-ALLOWED")
        status, headers, data = client.full("OPTIONS", path)
        assert (status, headers["Allow"], data) == (204, allowed, b"")
    assert client.full("OPTIONS", "/v1/nothing")[0] == 404
    status, headers, data = client.full("HEAD", f"/v1/coverage?{CODE}")
    assert (status, int(headers["Content-Length"]), data) == (200, len(client.ask("GET", f"/v1/coverage?{CODE}")[1]), b"")
    assert client.refused("POST", "/v1/check", b" " * 1_000_001)[0] == 413
    assert client.refused("POST", "/v1/check", None, **{"Content-Length": "none"})[0] == 411
    for kind in ("multipart/form-data; boundary=x", "application/x-www-form-urlencoded"):
        assert client.refused("POST", "/v1/check", b"[]", **{"Content-Type": kind})[0] == 415
    assert client.refused("POST", "/v1/limits", b"{}", **{"Content-Type": "text/plain"})[0] == 415


def test_the_site_is_served_and_folders_are_not_listed(client: Client) -> None:
    assert client.ask("GET", "/")[1] == b"<title>home</title>"
    assert client.ask("GET", "/engine.mjs") == (200, b"export default 1")
    for path in ("/inner/", "/../../etc/passwd", "/nowhere/"):
        assert client.ask("GET", path) == (404, b"<title>not there</title>")


def test_many_ask_at_the_same_time(client: Client) -> None:
    paths = [f"/v1/{path}" for path in PARITY if not path.startswith("packs")] * 3
    alone = {path: client.ask("GET", path) for path in dict.fromkeys(paths)}
    with ThreadPoolExecutor(16) as pool:
        assert list(pool.map(lambda path: client.ask("GET", path), paths)) == [alone[path] for path in paths]


def test_nothing_is_logged(client: Client, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    client.ask("POST", "/v1/check?payer=CANARY", b'{"claim_id": "CANARY"}')
    client.ask("GET", "/CANARY")
    assert capfd.readouterr() == ("", "")

    def fails(*_: object) -> bytes:
        raise ValueError("CANARY")

    monkeypatch.setattr(routes, "answered", fails)
    assert client.refused("POST", "/v1/check", b"CANARY")[0] == 500
    told = capfd.readouterr()
    assert (told.out, told.err.startswith("INTERNAL: ValueError at test_serve.py:"), "CANARY" in told.err) == ("", True, False)


@pytest.fixture
def heeds_interrupts() -> Iterator[None]:
    """Programs started here heed SIGINT, even where the tests run in the background and were told to ignore it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.usefixtures("heeds_interrupts")
def test_a_server_stops_when_it_is_told_to(sign: signal.Signals, site: Path) -> None:
    started = [sys.executable, "-m", "payerbook", "serve", "--site", str(site), "--port", "0"]
    with subprocess.Popen(started, stderr=subprocess.PIPE, text=True) as running:
        try:
            assert running.stderr is not None
            told = running.stderr.readline()
            found = re.search(r"http://127\.0\.0\.1:(\d+)/v1/", told)
            assert found is not None, told
            assert Client(int(found[1])).ask("GET", "/")[0] == 200
            running.send_signal(sign)
            assert running.wait(timeout=20) == 0
            assert running.stderr.read() == ""
        finally:
            running.kill()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--site", "."], "holds no site"),
        (["--host", "192.0.2.1"], "cannot be listened on"),
        (["--host", "nowhere.invalid"], "cannot be listened on"),
    ],
)
def test_what_cannot_be_served_is_refused(
    arguments: list[str], words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["serve", *arguments]) == 2
    assert words in capsys.readouterr().err
