"""`payerbook serve`: the routes answer what the commands print, refuse what they cannot use in words, and log nothing."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import payerbook
from payerbook.cli import main, routes
from payerbook.cli.serve_command import serve

SAMPLES = Path(__file__).parents[1] / "samples"
CODE = "payer=medicare.part-b&code=97164&on=2026-03-02"


class Client:
    """Asks a server on this machine."""

    def __init__(self, port: int) -> None:
        self.port = port

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        found = answer.status, answer.read()
        connection.close()
        return found

    def get(self, path: str) -> Any:
        status, data = self.ask("GET", path)
        assert status == 200, data
        return json.loads(data)

    def refused(self, method: str, path: str, body: bytes | None = None) -> tuple[int, str]:
        status, data = self.ask(method, path, body)
        return status, json.loads(data)["error"]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    (folder / "index.html").write_text("<title>home</title>", "utf-8")
    (folder / "engine.mjs").write_text("export default 1", "utf-8")
    (folder / "inner").mkdir()
    return folder


@pytest.fixture(scope="module")
def client(site: Path) -> Iterator[Client]:
    server = serve(payerbook.load(), site, "127.0.0.1", 0, 1_000_000)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield Client(int(server.server_address[1]))
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("path", "arguments"),
    [
        (f"coverage?{CODE}", ["coverage", "medicare.part-b", "97164", "--on", "2026-03-02"]),
        (f"limits?{CODE}&place=11", ["limits", "medicare.part-b", "97164", "--on", "2026-03-02", "--place", "11"]),
        (f"authorization?{CODE}&visit=3", ["authorization", "medicare.part-b", "97164", "--on", "2026-03-02", "--visit", "3"]),
        (
            "compare?code=97110&payer=medicare.part-b&on=2026-03-02",
            ["compare", "97110", "--payers", "medicare.part-b", "--on", "2026-03-02"],
        ),
        ("payer?name=medicare%20b", ["payer", "medicare b"]),
    ],
)
def test_a_route_answers_what_the_command_prints(
    client: Client, path: str, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    main([*arguments, "--json"])
    assert client.get(f"/v1/{path}") == json.loads(capsys.readouterr().out)


def test_claims_are_checked_as_by_the_command(client: Client, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("batch-837p.x12", "claims.json", "claims.jsonl"):
        data = (SAMPLES / name).read_bytes()
        status, answer = client.ask("POST", "/v1/check?today=2026-11-21", data)
        main(["check", str(SAMPLES / name), "--today", "2026-11-21", "--json"])
        expected = capsys.readouterr().out.replace(json.dumps(str(SAMPLES / name)), '"the request"')
        assert (status, json.loads(answer)) == (200, json.loads(expected))


def test_units_and_rules(client: Client) -> None:
    assert client.get("/v1/units?payer=medicare.part-b&minutes=97110=24&minutes=97140=21")["units"] == {"97110": 2, "97140": 1}
    assert client.get("/v1/units?payer=medicare.part-b&minutes=97129%2B97130=40&method=ama")["total"] == 3
    assert client.get("/v1/rule?id=medicare.part-b.kx-threshold")["kind"] == "amount-threshold"
    assert {"medicare.part-b", "common"} <= {pack["id"] for pack in client.get("/v1/packs")["packs"]}


def test_every_route_is_listed_and_takes_what_it_says(client: Client) -> None:
    listed = client.get("/v1/")["routes"]
    assert set(listed) == {f"/v1/{name}" for name in routes.ROUTES}
    for address, route in listed.items():
        status, message = client.refused(route["method"], f"{address}?wrong=1", b"" if route["method"] == "POST" else None)
        assert status == 400
        assert "takes no wrong" in message


def test_what_cannot_be_used_is_said(client: Client) -> None:
    expected = {
        ("GET", "/v1/nothing"): (404, "no such route"),
        ("GET", "/v1/check"): (405, "takes POST"),
        ("POST", "/v1/coverage"): (405, "takes GET"),
        ("GET", "/v1/coverage?code=97110"): (400, "payer is missing"),
        ("GET", "/v1/coverage?payer=medicare.part-b&code=9711"): (400, "not a procedure code"),
        ("GET", "/v1/coverage?payer=medicare.part-b&code=97110&on=soon"): (400, "on: 'soon' is not a date"),
        ("GET", "/v1/coverage?payer=nobody&code=97110"): (400, "nobody"),
        ("GET", "/v1/coverage?payer=a&payer=b&code=97110"): (400, "payer stands 2 times"),
        ("GET", "/v1/units?payer=medicare.part-b&minutes=x"): (400, "not CODE=MINUTES"),
        ("POST", "/v1/check?payer=nobody"): (400, "nobody"),
    }
    for (method, path), (status, words) in expected.items():
        found = client.refused(method, path, b"[]" if method == "POST" else None)
        assert found[0] == status, (path, found)
        assert words in found[1], (path, found)
    assert client.ask("POST", "/v1/check", None, **{"Content-Length": "1000001"})[0] == 413
    assert client.ask("POST", "/v1/check", None, **{"Content-Length": "none"})[0] == 411


def test_the_site_is_served_and_folders_are_not_listed(client: Client) -> None:
    assert client.ask("GET", "/")[1] == b"<title>home</title>"
    assert client.ask("GET", "/engine.mjs") == (200, b"export default 1")
    assert client.ask("GET", "/inner/")[0] == 404
    assert client.ask("GET", "/../../etc/passwd")[0] == 404


def test_nothing_is_logged(client: Client, capfd: pytest.CaptureFixture[str]) -> None:
    client.ask("POST", "/v1/check?payer=CANARY", b'{"claim_id": "CANARY"}')
    client.ask("GET", "/CANARY")
    assert capfd.readouterr() == ("", "")


def test_a_folder_without_a_site_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", "--site", str(tmp_path)]) == 2
    assert "holds no site" in capsys.readouterr().err
