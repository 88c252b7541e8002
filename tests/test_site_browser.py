"""The site in a browser: accessible, no wider than the window, reachable by keyboard, light, and silent towards other hosts."""

from __future__ import annotations

import functools
import gzip
import threading
from collections.abc import Iterator
from datetime import date
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from shutil import which
from typing import Any

import pytest

from payerbook.pages import build as building

playwright = pytest.importorskip("playwright.sync_api", reason="browser tests need playwright")
axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="browser tests need axe-playwright-python")
pytest.importorskip("material", reason="the site needs mkdocs-material")
CHROMIUM = which("chromium") or which("chromium-browser") or which("google-chrome")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="browser tests need chromium")

PACKS = ("common", "medicare.part-b", "commercial.aetna", "medicaid.or")
PAGES = (
    "/", "/payer/", "/payer/commercial.aetna/", "/code/", "/code/97140/", "/payer/medicare.part-b/97164/", "/matrix/",
    "/matrix/prior-auth/", "/compare/", "/alike/", "/changes/", "/changes/medicare.part-b/", "/changes/2026-01/", "/upcoming/",
    "/quality/", "/api/", "/contribute/", "/legal/", "/reading/", "/rules/", "/rules/medicare.part-b/",
    "/rules/medicare.part-b/thresholds/", "/kinds/", "/faults/", "/faults/pb001/", "/project/answers/", "/denial/",
    "/denial/co-97/", "/remark/", "/remark/n362/", "/topic/", "/topic/eight-minute-rule/", "/glossary/", "/myths/", "/checklist/",
    "/check/", "/calc/", "/calc/price/", "/checklist/evaluation-commercial.aetna/", "/guide/getting-paid/",
    "/sources/", "/sources/commercial.aetna/",
)  # fmt: skip
"""A page of each type."""
WEIGHT = 60_000
"""Bytes of a page's HTML, packed, at most."""
RULES = {
    "light": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    "dark": {"type": "rule", "values": ["color-contrast"]},
}
"""What axe looks at: everything in one palette, in the other only what colors can change."""
WIDER = """() => [...document.querySelectorAll('body *')].filter(one => {
    const box = one.getBoundingClientRect();
    if (!box.width || box.right <= innerWidth + 1 || getComputedStyle(one).visibility === 'hidden') return false;
    for (let up = one; up; up = up.parentElement) {
      const style = getComputedStyle(up);
      if (style.position === 'fixed' || (up !== one && /auto|scroll|hidden|clip/.test(style.overflowX))) return false;
    }
    return true;
}).map(one => one.outerHTML.slice(0, 120))"""


NAME = "one => `${one.tagName} ${one.getAttribute('href') || ''} ${one.getAttribute('aria-label') || one.textContent.trim()}`"
SEEN = "one => one.offsetParent !== null && (!one.closest('details:not([open])') || one.tagName === 'SUMMARY')"
COVERED = """() => {
    const one = document.activeElement;
    if (!one.closest('.md-content')) return '';
    const box = one.getBoundingClientRect();
    const header = document.querySelector('.md-header').getBoundingClientRect();
    return box.bottom <= header.bottom + 1 ? one.outerHTML.slice(0, 160) : '';
}"""
"""The focused element, where the header hides it."""


class Silent(SimpleHTTPRequestHandler):
    """Serves files and says nothing."""

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return building.build(tmp_path_factory.mktemp("site"), today=date(2026, 11, 21), packs=PACKS, base_url="https://rules.example/").parent


@pytest.fixture(scope="module")
def address(built: Path) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Silent, directory=str(built)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as running:
        opened = running.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


def test_every_page_of_the_list_is_there_and_light(built: Path) -> None:
    for page in PAGES:
        text = (built / page.lstrip("/") / "index.html").read_bytes()
        assert len(gzip.compress(text)) <= WEIGHT, page


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_pages_are_accessible_fit_and_load_nothing_from_elsewhere(browser: Any, address: str, scheme: str, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme, reduced_motion="reduce")
    tab = context.new_page()
    foreign: list[str] = []
    tab.on("request", lambda request: None if request.url.startswith((address, "data:", "blob:")) else foreign.append(request.url))
    faults = []
    for page in PAGES:
        tab.goto(address + page, wait_until="load")
        faults += [f"{page}: wider than the window: {one}" for one in tab.evaluate(WIDER)[:3]]
        for found in axe.Axe().run(tab, options={"runOnly": RULES[scheme]}).response["violations"]:
            if found["impact"] in ("serious", "critical"):
                faults += [f"{page}: {found['id']}: {node['html'][:160]} {node['failureSummary'][:300]}" for node in found["nodes"][:3]]
    context.close()
    assert not faults, "\n".join(faults)
    assert not foreign


def test_the_keyboard_alone_reaches_what_the_home_page_offers(browser: Any, address: str) -> None:
    tab = browser.new_page(viewport={"width": 1280, "height": 800})
    tab.goto(address)
    offered = "[...document.querySelectorAll('.md-content :is(a[href], button, input, summary)')]"
    wanted = set(tab.evaluate(f"() => {offered}.filter({SEEN}).map({NAME})"))
    reached = set()
    for _ in range(3 * len(wanted)):
        tab.keyboard.press("Tab")
        reached.add(tab.evaluate(f"() => ({NAME})(document.activeElement)"))
        covered = tab.evaluate(COVERED)
        assert not covered, covered
        if reached >= wanted:
            break
    assert wanted
    assert not wanted - reached
    tab.close()


def test_my_payers_stay_in_the_browser(browser: Any, address: str) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 800})
    tab = context.new_page()
    tab.goto(address, wait_until="networkidle")
    sent: list[str] = []
    tab.on("request", lambda request: sent.append(request.url))
    star = tab.locator('[data-payer="medicaid.or"] .pb-star')
    tab.locator("details:has([data-payer='medicaid.or'])").evaluate("one => { one.open = true }")
    star.click()
    assert star.get_attribute("aria-pressed") == "true"
    assert not sent
    tab.reload()
    assert tab.locator(".pb-mine-list a").first.get_attribute("href") == "payer/medicaid.or/"
    tab.locator('[data-payer="medicaid.or"] .pb-star').click()
    assert tab.locator(".pb-mine-list li").count() == 0
    context.close()


def test_the_search_box_of_the_home_page_searches(browser: Any, address: str) -> None:
    tab = browser.new_page(viewport={"width": 1280, "height": 800})
    tab.goto(address)
    tab.fill("#pb-ask", "timely filing")
    tab.press("#pb-ask", "Enter")
    tab.wait_for_selector(".md-search-result__item")
    assert tab.input_value(".md-search__input") == "timely filing"
    tab.close()


def test_a_denial_shows_the_time_limits_of_the_payer_that_is_chosen(browser: Any, address: str) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844})
    tab = context.new_page()
    tab.goto(f"{address}/denial/co-97/")
    tab.select_option(".pb-until select", label="Medicare Part B")
    row = tab.locator(".pb-by-payer tr[data-payer='medicare.part-b'] td")
    shown = tab.locator(".pb-until dd")
    assert shown.count() == row.count() == 3
    assert shown.all_text_contents() == row.locator("> div").all_text_contents()
    assert tab.url.endswith("?payer=medicare.part-b")
    tab.reload()
    assert tab.locator(".pb-until dd").count() == 3
    tab.evaluate("() => localStorage.setItem('payerbook.payers', JSON.stringify(['medicaid.or']))")
    tab.goto(f"{address}/denial/co-29/")
    assert tab.locator(".pb-until select").input_value() == "medicaid.or", "the reader's own payer stands there at once"
    context.close()


def test_a_denial_leads_to_the_time_limits_without_script(browser: Any, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    tab = context.new_page()
    tab.goto(f"{address}/denial/co-97/")
    tab.click(".pb-until a")
    assert tab.url.endswith("#payers")
    tab.locator("details:has(.pb-by-payer) > summary").click()
    assert tab.locator(".pb-by-payer tr[data-payer='medicare.part-b']").is_visible()
    context.close()


def test_abbreviations_are_explained_where_they_stand(browser: Any, address: str) -> None:
    tab = browser.new_page()
    tab.goto(f"{address}/denial/co-97/")
    assert tab.locator("abbr", has_text="CARC").first.get_attribute("title").startswith("Claim adjustment reason code")
    tab.close()


def test_a_page_that_is_not_there_leads_on(browser: Any, address: str) -> None:
    tab = browser.new_page()
    tab.goto(f"{address}/404.html")
    leads = [link.get_attribute("href") for link in tab.locator(".md-content li a").all()]
    assert len(leads) == 6
    for lead in leads:
        assert tab.request.get(f"{address}{lead.removeprefix('https://rules.example')}").ok, lead
    tab.close()


def test_a_shared_calculation_shows_the_same_without_the_day_or_dollars(browser: Any, address: str) -> None:
    tab = browser.new_page(viewport={"width": 390, "height": 800})
    tab.goto(f"{address}/calc/price/", wait_until="networkidle")
    sent: list[str] = []
    tab.on("request", lambda request: sent.append(request.url))
    tab.select_option("[name=where]", "OR/01")
    tab.fill("[name=deductible]", "20")
    lines = (("2025-03-05", "97110", "2", "gp cq", "20.00"), ("2025-03-05", "97140", "1", "GP", "25"), ("2025-03-07", "97010", "1", "", ""))
    for place, line in enumerate(lines):
        if place:
            tab.click("[data-part=add]")
        row = tab.locator("[data-part=rows] > *").nth(place)
        for name, value in zip(("day", "code", "units", "modifiers", "paid"), line, strict=True):
            row.locator(f"[name={name}]").fill(value)
    tab.keyboard.press("Enter")
    table = "[data-part=result] tbody tr"
    cells = [tab.locator(table).nth(place).locator("td").all_text_contents() for place in range(3)]
    assert cells[0] == ["$52.95", "$21.96", "$26.59", "$20.00", "underpaid (−$1.96)"]
    assert cells[1][1:] == ["$16.82", "$4.29", "$25.00", "more than expected ($8.18)"]
    assert cells[2] == ["not paid", "not paid", "–", "–", "–"]
    assert not sent
    shared = tab.locator("[data-part=result] a[href^='#']").get_attribute("href")
    assert "2025-01-01+97110+2+0+GP+CQ" in shared
    assert "2025-03" not in shared
    assert not {"20", "25"} & set(shared.replace("+", "&").replace("=", "&").split("&"))
    tab.close()
    other = browser.new_page()
    other.goto(f"{address}/calc/price/{shared}")
    other.wait_for_selector(table)
    assert [other.locator(table).nth(place).locator("td").first.text_content() for place in range(3)] == ["$52.95", "$21.45", "not paid"]
    assert other.input_value("[name=where]") == "OR/01"
    assert "deductible" in other.text_content("[data-part=result]")
    other.close()


def test_amounts_of_the_schedule_are_there_without_script(browser: Any, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    tab = context.new_page()
    tab.goto(f"{address}/calc/price/")
    tab.click("details:has(.pb-matrix) > summary")
    assert tab.locator("tr[id='97110'] td").all_text_contents()[1:] == ["$29.06", "$22.21"]
    assert tab.locator("noscript").first.is_visible()
    context.close()
