"""The pages of answers in a browser: another day, sorting and filtering, comparing; nothing is asked of another host."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from datetime import date
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from payerbook.authoring.session import Session
from payerbook.pages import bycode, card, catalog, comparing, view
from payerbook.pages.build import build
from payerbook.pages.catalog import Catalog

pytest.importorskip("material", reason="the site needs mkdocs-material")
playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
if CHROMIUM is None:
    pytest.skip("there is no chromium", allow_module_level=True)

TODAY = date(2026, 11, 21)
PACKS = ["commercial.cigna", "common", "medicaid.or", "medicare.part-b"]


class Quiet(SimpleHTTPRequestHandler):
    """Serves files without a word."""

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture(scope="module")
def made() -> Catalog:
    return catalog.of(Session(), TODAY, PACKS)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A small site on an address of this machine."""
    folder: Path = build(tmp_path_factory.mktemp("site"), today=TODAY, packs=PACKS).parent
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


@pytest.fixture
def page(address: str) -> Iterator[Any]:
    """A page of a phone; a fault of a script or a request to another host fails the test."""
    faults: list[str] = []
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        made = browser.new_page(viewport={"width": 320, "height": 800})
        made.on("pageerror", lambda fault: faults.append(str(fault)))
        made.on("request", lambda request: None if request.url.startswith((address, "data:", "blob:")) else faults.append(request.url))
        yield made
        assert made.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page is wider than a phone"
        browser.close()
    assert faults == []


def html(page: Any, text: str) -> str:
    """HTML as the browser writes it."""
    written: str = page.evaluate("html => { const box = document.createElement('div'); box.innerHTML = html; return box.innerHTML; }", text)
    return written


@pytest.mark.parametrize(
    ("payer", "code", "on", "known"),
    [
        ("medicare.part-b", "97164", date(2019, 5, 1), None),
        ("medicare.part-b", "97140", date(2025, 3, 1), date(2024, 6, 1)),
        ("commercial.cigna", "97140", date(2026, 3, 1), None),
        ("medicaid.or", "97161", date(2027, 2, 1), date(2026, 12, 1)),
    ],
)
def test_another_day_is_answered_as_the_engine_does(
    page: Any, address: str, made: Catalog, payer: str, code: str, on: date, known: date | None
) -> None:
    expected = made.answers.view_on(payer, code, on, known)
    days = f"dos={on}{f'&known={known}' if known else ''}"
    page.goto(f"{address}code/{code}/?{days}")
    page.wait_for_function("document.querySelector('.pb-asof-status')?.textContent.includes('not the answer of today')")
    row = page.locator(f"tr[data-payer='{payer}'] td > div")
    assert row.evaluate_all("cells => cells.map(cell => cell.innerHTML)") == [html(page, cell) for cell in view.cells(expected)]
    if made.answers.cell_page(payer, code) is None:
        return
    page.goto(f"{address}payer/{payer}/{code}/?{days}")
    page.wait_for_function("document.querySelector('.pb-asof-status')?.textContent.includes('not the answer of today')")
    box = view.box(expected, made.answers.rule_names, "../../../")
    assert page.locator(".pb-box").evaluate("box => box.innerHTML") == html(page, box)


def test_the_form_asks_for_a_day_and_comes_back(page: Any, address: str) -> None:
    page.goto(f"{address}payer/medicare.part-b/97164/")
    today = page.locator(".pb-box").inner_html()
    page.get_by_label("Date of service").fill("2019-05-01")
    page.get_by_role("button", name="Show").click()
    page.wait_for_function("document.querySelector('.pb-box').textContent.includes('$2,040.00')")
    assert "?dos=2019-05-01" in page.url
    page.get_by_role("button", name="Today", exact=True).click()
    assert page.locator(".pb-box").inner_html() == today
    assert "?" not in page.url


@pytest.mark.parametrize(
    ("payer", "code", "on", "known"),
    [("medicare.part-b", "97164", date(2019, 5, 1), None), ("commercial.cigna", "97140", date(2025, 3, 1), date(2026, 1, 1))],
)
def test_the_page_of_a_payer_answers_for_a_code_and_a_day(
    page: Any, address: str, made: Catalog, payer: str, code: str, on: date, known: date | None
) -> None:
    """The answer to the code, the card, and the codes with the same answer are those of the engine for that day."""
    page.goto(f"{address}payer/{payer}/")
    without = page.locator(".md-content").inner_html()
    page.get_by_role("textbox", name="Code").fill(code.lower())
    page.get_by_label("Date of service").fill(str(on))
    if known:
        page.get_by_text("By what was known on a day").click()
        page.get_by_label("Known on").fill(str(known))
    page.get_by_role("button", name="Show").click()
    page.wait_for_function("document.querySelector('.pb-asof-status')?.textContent.includes('not the answer of today')")
    assert f"?code={code.lower()}&dos={on}{f'&known={known}' if known else ''}" in page.url
    head, root = made.answers.payer(payer), "../../"
    box = html(page, view.box(made.answers.view_on(payer, code, on, known), made.answers.rule_names, root))
    assert page.locator("[role=status].pb-box").inner_html().endswith(box)
    for column, _ in card.CARD:
        point = made.answers.point_on(payer, card.TYPICAL, column, on, known)
        cell = html(page, comparing.cell(made, point, column, f"payer/{payer}/index.md", why=True))
        assert page.locator(f"[data-point='{column}']").inner_html() == cell, column
    views = {one: made.answers.view_on(payer, one, on, known) for one in bycode.ordered(made)}
    told = [one for one, shown in views.items() if shown.sources or made.answers.cell_page(payer, one)]
    rows = bycode.grouped(made, head, told, [views[one] for one in told])
    shown = page.locator(".pb-groups tbody tr").evaluate_all("rows => rows.map(row => row.cells[0].innerHTML)")
    assert shown == [html(page, row.cells[0]) for row in rows]
    page.get_by_role("button", name="Today", exact=True).click()
    page.get_by_role("textbox", name="Code").fill("")
    page.get_by_role("button", name="Show").click()
    page.wait_for_function("document.querySelector('[role=status].pb-box').hidden")
    assert "?" not in page.url
    page.goto(f"{address}payer/{payer}/")
    assert page.locator(".md-content").inner_html() == without


def test_a_code_that_is_not_on_file_is_named(page: Any, address: str) -> None:
    page.goto(f"{address}payer/medicare.part-b/?code=00000")
    page.wait_for_selector("text=The code 00000 is not on file.")


def test_a_table_can_be_cut_to_my_payers(page: Any, address: str) -> None:
    page.goto(f"{address}code/97140/")
    page.evaluate("localStorage.setItem('payerbook.payers', '[\"medicaid.or\", \"no.longer\"]')")
    page.reload()
    page.set_viewport_size({"width": 1280, "height": 900})
    page.get_by_label("only my payers (1)").check()
    assert page.locator("tbody tr[data-payer]:visible").evaluate_all("rows => rows.map(row => row.id)") == ["medicaid.or"]


def test_paper_says_where_it_is_from_and_shows_the_sources(page: Any, address: str) -> None:
    page.goto(f"{address}payer/medicare.part-b/97164/?dos=2019-05-01")
    page.wait_for_function("document.querySelector('.pb-asof-status')?.textContent.includes('2019-05-01')")
    assert not page.locator(".pb-printed").is_visible()
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    printed = page.locator(".pb-printed")
    assert printed.is_visible()
    assert page.url in printed.inner_text()
    assert f"as of {TODAY}" in printed.inner_text()
    assert "pack medicare.part-b 20" in printed.inner_text()
    assert page.locator(".pb-box details li").first.is_visible()
    page.emulate_media(media="screen")


def test_a_matrix_sorts_and_filters(page: Any, address: str) -> None:
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(f"{address}code/")
    page.get_by_label("Filter").fill("needling")
    assert page.locator("tbody tr:visible").evaluate_all("rows => rows.map(row => row.id)") == ["20560", "20561"]
    page.get_by_label("Filter").fill("")
    page.get_by_role("button", name="Code").click()
    page.get_by_role("button", name="Code").click()
    rows = page.locator("tbody tr").evaluate_all("rows => rows.map(row => row.id)")
    assert page.locator("th[aria-sort]").get_attribute("aria-sort") == "descending"
    assert rows[0] > rows[-1]


def test_payers_are_compared_with_what_differs_first(page: Any, address: str, made: Catalog) -> None:
    page.goto(f"{address}compare/?a=medicare.part-b&b=medicaid.or&code=97164")
    page.wait_for_selector(".pb-compared table")
    differs = page.locator(".pb-compared tbody tr").evaluate_all("rows => rows.map(row => row.classList.contains('pb-differs'))")
    rows = [made.answers.row(payer, "97164") for payer in ("medicare.part-b", "medicaid.or")]
    assert sum(differs) == sum(rows[0][point].answer != rows[1][point].answer for point in rows[0])
    assert differs == sorted(differs, reverse=True)
    page.get_by_label("Code").fill("00000")
    page.get_by_role("button", name="Compare").click()
    page.wait_for_selector("text=There is no page for the code 00000")
