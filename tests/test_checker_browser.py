"""The claim checker in a real browser: it works with the network off, nothing leaves the page, and it says what the command says."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from browser import CHROMIUM, Served, chromium, served
from payerbook.pages import build as building
from payerbook.pages import calc, checker

SAMPLES = Path(__file__).parents[1] / "samples"
PYODIDE = Path(__file__).parent / "pyodide" / "node_modules"
TODAY = date(2026, 11, 21)
CANARY = "CANARY"
READY = "[data-part=check]:not([disabled])"
NETWORK = ["fetch", "XMLHttpRequest", "WebSocket", "EventSource", "WebTransport", "importScripts", "Worker", "BroadcastChannel"]
KEEPING = ["indexedDB", "caches"]
DROP = """() => {
    const data = new DataTransfer();
    data.items.add(new File(["%PDF-1.7"], "scan.pdf"));
    data.items.add(new File(['{"claim_id": "C1"}'], "short.json"));
    const event = new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true });
    document.querySelector("[data-part=drop]").dispatchEvent(event);
}"""
WATCH = """() => {
    self.made = [];
    self.revoked = [];
    const [make, revoke] = [URL.createObjectURL, URL.revokeObjectURL];
    URL.createObjectURL = (what) => { self.made.push(make.call(URL, what)); return self.made.at(-1); };
    URL.revokeObjectURL = (address) => { self.revoked.push(address); revoke.call(URL, address); };
}"""

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


def bring(page: Any, *files: Path) -> None:
    """Puts files into the page in one go."""
    given = [{"name": file.name, "mimeType": "application/octet-stream", "buffer": file.read_bytes()} for file in files]
    page.set_input_files("[data-part=file]", given)
    page.wait_for_selector(f"[data-part=status]:has-text('{files[-1].name}')")
    page.fill("[data-part=today]", TODAY.isoformat())


def download(page: Any, button: str) -> bytes:
    """The file that a button saves."""
    with page.expect_download() as saved:
        page.click(button)
    return Path(saved.value.path()).read_bytes()


def commanded(folder: Path, *arguments: str) -> bytes:
    """What `payerbook check` prints in a folder."""
    command = [sys.executable, "-m", "payerbook", "check", *arguments, "--today", TODAY.isoformat()]
    return subprocess.run(command, cwd=folder, capture_output=True, check=False).stdout


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
        "original_reference": f"{CANARY}6", "total_charge": "90", "service_date": "2026-01-15", "code": "97110", "modifiers": "",
        "units": "2", "minutes": "30", "assistant_minutes": "0", "charge": "90", "pointers": "A",
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


def test_the_page_saves_what_the_command_writes(page: Any) -> None:
    bring(page, *(SAMPLES / name for name in checker.SAMPLES))
    check(page)
    for format in ("json", "csv", "sarif"):
        assert download(page, f"[data-save={format}]") == commanded(SAMPLES, *checker.SAMPLES, "--format", format), format
    reports = json.loads(commanded(SAMPLES, *checker.SAMPLES, "--json"))["reports"]
    assert page.locator("[data-verdict] > h3").count() == len(reports)
    text = commanded(SAMPLES, *checker.SAMPLES).decode()
    titles = page.locator(".pb-report > h4").all_text_contents()
    marked = [title.split(" ", 1) for title in titles]
    marks = {"Denied": "DENY", "Returned": "RETURN", "Review": "REVIEW", "Advice": "ADVICE"}
    heads = [f"{marks[mark]}  {title}  " for mark, title in marked]
    assert heads == [found for line in text.splitlines() for found in heads if line.startswith(found)]
    page.evaluate("() => dispatchEvent(new Event('beforeprint'))")  # opens and fills all folds
    said = page.text_content("[data-part=results]")
    assert [said[said.index(word) - 60 :][:90] for word in ("undefined", "null", "[object", "NaN") if word in said] == []
    for report in reports:
        assert [item["message"] for name in ("findings", "unknown") for item in report[name] if item["message"] not in said] == []


def test_the_corrected_files_are_those_of_the_command(page: Any, tmp_path: Path) -> None:
    untidy = tmp_path / "untidy.x12"
    untidy.write_bytes((SAMPLES / "batch-837p.x12").read_bytes().replace(b"HC:97110:GP", b"HC:97110:gp"))
    table = tmp_path / "untidy.csv"
    table.write_bytes((SAMPLES / "claims.csv").read_bytes().replace(b"M54.50", b"m54.50"))
    typed = tmp_path / "as-typed.json"
    typed.write_bytes((SAMPLES / typed.name).read_bytes())
    bring(page, untidy, table, typed)
    check(page)
    before = page.locator("[data-part=held] > li").all_text_contents()
    page.click("[data-repair]")
    page.wait_for_selector(".pb-diff")
    for file in (untidy, table, typed):
        commanded(tmp_path, file.name, "--fix", "--write", f"fixed-{file.name}")
        saved = download(page, f"button:has-text('Save {file.stem}-corrected{file.suffix}')")
        assert saved == (tmp_path / f"fixed-{file.name}").read_bytes() != file.read_bytes()
    shown = json.loads(commanded(tmp_path, untidy.name, table.name, typed.name, "--fix", "--json"))
    diffs = [one["fixed"]["diff"].strip() for one in shown["reports"] if one["fixed"]["diff"]]
    assert [text.strip() for text in page.locator(".pb-diff").all_text_contents()] == diffs
    page.click("text=Check the corrected claims")
    page.wait_for_selector("[data-part=status]:has-text('corrected claims')")
    assert page.locator("[data-repair]").count() == 0
    for report in shown["reports"]:
        del report["fixed"]
    assert json.loads(download(page, "[data-save=json]")) == shown
    assert page.locator("[data-part=held] > li").all_text_contents() == before


def test_files_come_and_go_and_what_cannot_be_read_is_told(page: Any) -> None:
    page.evaluate(DROP)
    page.wait_for_selector("[data-part=status]:has-text('scan.pdf, short.json are in the page')")
    check(page)
    said = page.text_content("[data-part=results]")
    assert "scan.pdf: no claim could be read" in said
    assert "The file is a PDF" in said
    assert "Claim C1: " in said
    page.click("button:has-text('Remove scan.pdf')")
    check(page)
    assert "PDF" not in page.text_content("[data-part=results]")


def test_it_can_be_stopped_and_starts_again(page: Any) -> None:
    page.route("**/runtime.json", lambda route: None)  # never answered
    page.fill("[data-part=text]", f'{{"claim_id": "{CANARY}"}}')
    page.click("[data-part=check]")
    page.click("[data-part=cancel]")
    assert "Stopped" in page.text_content("[data-part=status]")
    assert page.input_value("[data-part=text]") != ""
    page.unroute("**/runtime.json")
    check(page)
    assert CANARY in page.text_content("[data-part=results]")
    (worker,) = (one for one in page.workers if one.url.startswith("blob:"))
    worker.evaluate("() => { self.onmessage = () => { setTimeout(() => { throw new Error('broken'); }); }; }")
    check(page)
    assert "Press Check to start it again" in page.text_content("[data-part=status]")
    assert page.text_content("[data-part=results]") == ""
    check(page)
    assert CANARY in page.text_content("[data-part=results]")


def test_clear_leaves_nothing_and_faults_are_told(page: Any) -> None:
    page.fill("[data-part=text]", f'{{"claim_id": "{CANARY}", "payerr": "x"}}')
    check(page)
    assert "payerr" in page.text_content(".pb-report")
    page.evaluate(WATCH)
    download(page, "[data-save=json]")
    page.click("summary:has-text('fill in a form')")
    page.fill("[name=authorization_number]", CANARY)
    page.click("[data-part=clear]")
    assert page.input_value("[data-part=text]") == page.input_value("[name=authorization_number]") == ""
    assert CANARY not in page.content()
    made, revoked = page.evaluate("() => [self.made, self.revoked]")
    assert made == revoked != []
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
    page.select_option("[data-part=sample]", "as-typed.json")
    page.wait_for_selector("[data-part=held]:has-text('as-typed.json')")
    check(page)
    page.click("[data-repair]")
    page.wait_for_selector(".pb-diff")
    page.evaluate(
        "() => { for (const fold of document.querySelectorAll('details')) fold.open = true; dispatchEvent(new Event('beforeprint')); }"
    )
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 320
    assert faults(page) == []
    context.close()


COUNTED: dict[str, tuple[dict[str, str], str]] = {
    "units": ({"code": "97110", "minutes": "33", "assistant": "10"}, "97110 × 2"),
    "price": ({"day": "2026-01-15", "code": "97110", "units": "2", "modifiers": "GP", "deductible": "0"}, "pay $40.20"),
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
        page.goto(f"{site.url}calc/{name}/", wait_until="networkidle")
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
