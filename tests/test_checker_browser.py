"""The claim checker in a real browser: it works with the network off, nothing leaves the page, and it says what the command says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import payerbook
from browser import CHROMIUM, Served, chromium, served
from payerbook.cli import service
from payerbook.pages import build as building
from payerbook.pages import calc

ROOT = Path(__file__).parents[1]
PYODIDE = Path(__file__).parent / "pyodide" / "node_modules"
TODAY = date(2026, 11, 21)
CANARY = "CANARY"
READY = "[data-part=check]:not([disabled])"
NETWORK = ["fetch", "XMLHttpRequest", "WebSocket", "EventSource", "WebTransport", "importScripts", "Worker", "BroadcastChannel"]
KEEPING = ["indexedDB", "caches"]

pytest.importorskip("material", reason="the site needs mkdocs-material")
pytest.importorskip("playwright", reason="Playwright drives the browser")
pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
    pytest.mark.skipif(not PYODIDE.is_dir(), reason="Pyodide is not there; run `make pyodide`"),
]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("site")
    building.build(folder, today=TODAY, packs=["medicare.part-b", "common"], pyodide=PYODIDE)
    with served(folder) as one:
        yield one


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as one:
        yield one


@pytest.fixture
def page(browser: Any, site: Served) -> Iterator[Any]:
    context = browser.new_context(accept_downloads=True)
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.goto(f"{site.url}check/")
    yield page
    context.close()


def check(page: Any) -> None:
    page.click("[data-part=check]")
    page.wait_for_selector(READY)


def start(page: Any) -> None:
    """Loads the checker by checking a sample."""
    page.select_option("[data-part=sample]", "claims.jsonl")
    page.wait_for_selector("[data-part=status]:has-text('is in the page')")
    check(page)
    page.wait_for_selector("#pb-checker[data-ready=yes]")


def answer(page: Any) -> Any:
    """The report as the page saves it."""
    with page.expect_download() as saved:
        page.click("[data-part=save]")
    return json.loads(Path(saved.value.path()).read_text("utf-8"))


def faults(page: Any) -> list[tuple[str, list[str]]]:
    """What axe finds on the page: the rule, and where it is broken."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python judges accessibility").Axe()
    found = axe.run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}).response["violations"]
    return [(one["id"], [node["html"][:120] for node in one["nodes"][:3]]) for one in found]


def test_nothing_leaves_the_page(page: Any, site: Served) -> None:
    start(page)
    asked = len(site.asked)
    seen: list[str] = []
    page.context.on("request", lambda request: seen.append(request.url))
    page.context.set_offline(True)
    page.click("summary:has-text('fill in a form')")
    typed = {
        "claim_id": CANARY, "submitted_on": "2026-02-01", "place_of_service": "11", "diagnoses": "M54.50", "birth_date": "1950-03-02",
        "billing_npi": "1234567893", "rendering_npi": "1245319599", "referring_npi": "1003000126", "authorization_number": f"{CANARY}2",
        "service_date": "2026-01-15", "code": "97110", "modifiers": "", "units": "2", "minutes": "30", "charge": "90", "pointers": "1",
    }  # fmt: skip
    fields = page.eval_on_selector_all("[data-part=form] input", "all => all.map(one => one.name)")
    assert sorted(fields) == sorted(typed)
    for name, value in typed.items():
        page.fill(f"[data-part=form] [name={name}]", value)
    page.select_option("[data-part=form] [name=payer]", "medicare.part-b")
    page.select_option("[data-part=form] [name=taxonomy]", "225100000X")
    page.click("text=Check what I typed")
    page.wait_for_selector(f"h3:has-text('{CANARY}')")
    assert "97110 needs one of GP" in page.text_content(".pb-report")
    for text in (f'{{"claim_id": "{CANARY}3"', json.dumps([{"claim_id": f"{CANARY}4", "payer": f"{CANARY}5", "lines": []}])):
        page.fill("[data-part=text]", text)
        check(page)
    assert [one for one in seen if not one.startswith("blob:")] == []
    assert len(site.asked) == asked
    held = "() => JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie, location.href, history.state])"
    assert CANARY not in page.evaluate(held)
    assert page.evaluate("async () => (await indexedDB.databases()).length + (await caches.keys()).length") == 0


def test_the_worker_has_no_way_out_and_the_page_none_to_others(page: Any, site: Served, tmp_path: Path) -> None:
    start(page)
    (worker,) = (one for one in page.workers if one.url.startswith("blob:"))
    assert worker.evaluate(f"() => {json.dumps(NETWORK + KEEPING)}.filter(name => self[name] !== undefined)") == []
    with served(tmp_path) as other:
        asked = len(site.asked)
        (tmp_path / "canary.mjs").write_text("export default 1", "utf-8")
        address = f"{other.url}canary.mjs"
        refused = "() => 'refused'"
        assert worker.evaluate(f"() => import('{address}').then(() => 'sent', {refused})") == "refused"
        assert page.evaluate(f"() => fetch('{address}', {{mode: 'no-cors'}}).then(() => 'sent', {refused})") == "refused"
        page.evaluate(f"() => {{ const image = new Image(); image.src = '{address}?image'; document.body.append(image); }}")
        page.evaluate("() => document.body.append(Object.assign(document.createElement('script'), { text: 'self.ran = 1' }))")
        page.wait_for_timeout(300)
        assert other.asked == []
        assert site.asked[asked:] == []
    assert page.evaluate("() => self.ran === undefined")


def test_the_page_says_what_the_command_says(page: Any) -> None:
    book = payerbook.load()
    page.fill("[data-part=today]", TODAY.isoformat())
    for name in ("claims.json", "batch-837p.x12"):
        data = (ROOT / "samples" / name).read_bytes()
        page.set_input_files("[data-part=file]", {"name": name, "mimeType": "application/octet-stream", "buffer": data})
        page.wait_for_selector(f"[data-part=status]:has-text('{name}')")
        page.fill("[data-part=today]", TODAY.isoformat())
        check(page)
        expected = json.loads(service.check(book, data, name, today=TODAY)[0])
        assert answer(page) == expected
        assert page.locator(".pb-report[data-verdict]").count() == len(expected["reports"])
        assert page.locator(".pb-finding").count() == sum(len(one["findings"]) for one in expected["reports"])


def test_clear_leaves_nothing_and_faults_are_told(page: Any) -> None:
    page.fill("[data-part=text]", f'{{"claim_id": "{CANARY}", "payerr": "x"}}')
    check(page)
    assert "payerr" in page.text_content(".pb-report")
    page.click("[data-part=clear]")
    assert page.input_value("[data-part=text]") == ""
    assert CANARY not in page.content()
    check(page)
    assert "no claim yet" in page.text_content("[data-part=status]")


def test_a_site_without_the_checker_says_so(page: Any) -> None:
    page.route("**/runtime.json", lambda route: route.fulfill(json={"ready": False}))
    page.fill("[data-part=text]", "[]")
    check(page)
    assert "built without the checker" in page.text_content("[data-part=status]")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_results_are_accessible_and_fit_a_phone(browser: Any, site: Served, scheme: str) -> None:
    context = browser.new_context(color_scheme=scheme, viewport={"width": 320, "height": 700}, bypass_csp=True)
    page = context.new_page()
    page.goto(f"{site.url}check/")
    start(page)
    for fold in page.locator("details").all():
        fold.evaluate("one => { one.open = true; }")
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 320
    assert faults(page) == []
    context.close()


COUNTED: dict[str, tuple[dict[str, str], str]] = {
    "units": ({"code": "97110", "minutes": "33", "assistant": "10"}, "97110 × 2"),
    "kx": ({"on": "2026-05-01", "used": "2450", "allowed": "58.20"}, "needs KX"),
    "deadlines": ({"first": "2026-03-02", "decided": "2026-04-01"}, "2027-03-02"),
    "certification": ({"start": "2026-03-02", "duration": "60", "days": "4"}, "2026-04-01"),
    "visits": ({"approved": "12", "used": "4", "week": "2", "on": "2026-11-21", "until": "2026-12-31"}, "8 visits left"),
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_calculators_count_are_accessible_and_fit_a_phone(browser: Any, site: Served, scheme: str) -> None:
    context = browser.new_context(color_scheme=scheme, viewport={"width": 320, "height": 700}, bypass_csp=True)
    page = context.new_page()
    assert set(COUNTED) == {one.name for one in calc.CALCULATORS}
    for name, (typed, expected) in COUNTED.items():
        page.goto(f"{site.url}calc/{name}/")
        page.wait_for_selector("form[data-calc]:not([hidden])")
        for field, value in typed.items():
            page.fill(f"[name={field}]", value)
        asked = len(site.asked)
        page.keyboard.press("Enter")
        page.wait_for_selector("[data-part=result] > *")
        assert expected in page.text_content("[data-part=result]"), name
        assert len(site.asked) == asked, name
        assert page.evaluate("() => document.documentElement.scrollWidth") <= 320, name
        assert faults(page) == [], name
    context.close()
