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
    "/denial/co-97/", "/remark/", "/topic/", "/topic/eight-minute-rule/", "/glossary/", "/myths/", "/checklist/", "/check/",
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
