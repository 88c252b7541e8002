"""Search: what billers type leads to the page that answers it, through the script of the site and the theme's own worker and index."""

from __future__ import annotations

import gzip
import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from payerbook.authoring.session import Session
from payerbook.pages import catalog, hits, search
from payerbook.pages.build import build, site_folder
from payerbook.pages.catalog import Catalog
from payerbook.pages.record import Record

pytest.importorskip("material", reason="the site needs mkdocs-material")
NODE = shutil.which("node")
pytestmark = pytest.mark.skipif(NODE is None, reason="the script of the site runs in node")

HERE = Path(__file__).parent
TODAY = date(2026, 11, 21)
SCRIPTS = ("search.mjs", "understand.mjs")
FIRST = 0.95
"""Share of the searches whose page has to come first; all have to be among the first three."""
PACKS = (
    "commercial.aetna", "commercial.bcbsnd", "commercial.cigna", "commercial.uhc", "common", "medicaid.ny", "medicaid.or",
    "medicare-advantage.uhc", "medicare.part-b", "tricare",
)  # fmt: skip
"""The payers whose pages are built; what search knows without the index is made of all."""
SHOWN = {"97140 59": "topic/modifier-59/", "therputic exercise": "code/97110/", "uhc timely filing": "rules/", "CO97": "denial/co-97/"}
FIELD = "[data-md-component=search-query]"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("site"), today=TODAY, packs=PACKS).parent


@pytest.fixture(scope="module")
def every() -> Catalog:
    return catalog.of(Session(), TODAY)


@pytest.fixture(scope="module")
def whole(built: Path, every: Catalog, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What search knows of all payers, over the index of some."""
    folder = tmp_path_factory.mktemp("whole")
    (folder / "search").symlink_to(built / "search")
    (folder / "assets").mkdir()
    for name in ("javascripts", "understand.mjs"):
        (folder / "assets" / name).symlink_to(built / "assets" / name)
    for path, text in search.pages(every, Record(every)):
        (folder / path).write_text(text, "utf-8")
    return folder


@pytest.fixture(scope="module")
def table() -> list[tuple[str, list[str]]]:
    """Each search with the pages of which one has to come first."""
    lines = (HERE / "searches.tsv").read_text("utf-8").splitlines()
    fields = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return [(search, pages.split("|")) for search, pages in fields]


def asked(site: Path, searches: list[str], *, indexed: bool = True) -> list[dict[str, Any]]:
    """What the site shows for each search, with the hits of its index or the cards alone."""
    given = json.dumps({"site": str(site), "searches": searches, "indexed": indexed})
    done = subprocess.run(["node", HERE / "searching.cjs"], input=given, capture_output=True, text=True, check=True)
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def test_searches_lead_to_the_page_that_answers_them(whole: Path, table: list[tuple[str, list[str]]]) -> None:
    assert len(table) >= 600
    found = asked(whole, [typed for typed, _ in table])
    shown = [list(dict.fromkeys([*one["cards"], *one["hits"]])) for one in found]
    late = [typed for (typed, pages), one in zip(table, shown, strict=True) if not one or one[0] not in pages]
    assert len(late) <= len(table) * (1 - FIRST), late
    assert not [typed for (typed, pages), one in zip(table, shown, strict=True) if not set(one[:3]) & set(pages)]
    assert not [one["search"] for one in found if not one["count"] and not one["cards"]], "nothing is shown for these"


def test_every_name_of_every_payer_leads_to_it(whole: Path, every: Catalog) -> None:
    named = [
        (name, f"payer/{head.id}/")
        for head in every.answers.packs()
        for name in (head.id, head.title, *head.aliases, *(plan.name for plan in head.plans), *(one.id for one in head.payer_ids))
    ]
    found = asked(whole, [name for name, _ in named], indexed=False)
    assert len(named) > 500
    assert not [name for (name, page), one in zip(named, found, strict=True) if page not in one["cards"][:3]]


def test_what_is_not_on_file_is_said(whole: Path) -> None:
    """A state without a pack, a name of many payers and an unknown code name nobody; a mended word can be taken back."""
    [georgia, blues, code, mended] = asked(whole, ["medicaid georgia", "bcbs", "97999", "manuel therapy"], indexed=False)
    assert georgia["cards"] == ["payer/"]
    assert (blues["cards"][0], code["cards"][0]) == ("payer/", "code/")
    assert mended["mended"] == [["manuel", "manual"]]


def test_every_page_that_search_names_is_there(built: Path) -> None:
    known = json.loads((built / "assets/aliases.json").read_text("utf-8"))
    pages = [target[1] for target in known["targets"]] + [f"denial/{slug}/" for slug, _ in known["denials"].values()]
    pages += [f"remark/{code.lower()}/" for code in known["remarks"]] + [f"code/{code}/" for code in known["codes"]]
    for id, _, _, _, _, topics, codes in known["payers"]:
        pages += [f"payer/{id}/", *(f"payer/{id}/{code}/" for code in codes), *(f"rules/{id}/{topic}/" for topic in topics)]
        pages += [f"checklist/{visit}-{id}/" for visit, _ in known["visits"]]
    assert not [page for page in pages if not (built / page / "index.html").is_file()]


def test_digits_are_never_spelled_anew(built: Path) -> None:
    for one in asked(built, ["97111", "97141 manuel", "CO-972", "M54.51", "N9999"], indexed=False):
        assert not [typed for typed, _ in one["mended"] if any(sign.isdigit() for sign in typed)], one


def test_what_search_loads_is_light(built: Path, whole: Path) -> None:
    scripts = b"".join((site_folder() / "docs/assets" / name).read_bytes() for name in SCRIPTS)
    assert len(gzip.compress(scripts)) <= 10 * 1024
    assert (whole / "assets/aliases.json").stat().st_size <= 250_000
    assert (built / hits.INDEX).stat().st_size <= 2_500_000


@pytest.fixture(scope="module")
def page(built: Path) -> Iterator[Any]:
    pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    from browser import CHROMIUM, chromium, served

    if CHROMIUM is None:
        pytest.skip("there is no chromium")
    with served(built) as site, chromium() as running:
        made = running.new_page(viewport={"width": 390, "height": 844})
        made.goto(site.url)
        made.locator("label.md-header__button[for=__search]").click()
        yield made


@pytest.mark.parametrize("typed", SHOWN)
def test_the_answer_stands_above_the_hits_in_the_browser(page: Any, typed: str) -> None:
    page.locator(FIELD).fill(typed)
    page.locator(FIELD).press("End")
    above = """(page) => {
      const card = document.querySelector(".pb-found-card"), hit = document.querySelector(".md-search-result__item");
      return card && hit && card.href.includes(page) && card.getBoundingClientRect().top < hit.getBoundingClientRect().top;
    }"""  # asked in one go, because the theme may draw its hits anew in between
    page.wait_for_function(above, arg=SHOWN[typed])


def test_the_keyboard_goes_through_answers_and_hits(page: Any) -> None:
    page.locator(FIELD).fill("97530 97140")
    page.wait_for_function("document.querySelector('.pb-found-card') && document.querySelector('.md-search-result__link')")
    cards = page.locator(".pb-found-card").count()
    kinds = []
    for _ in range(cards + 1):
        page.keyboard.press("ArrowDown")
        kinds.append(page.evaluate("document.activeElement.className.split(' ')[0]"))
    assert kinds == ["pb-found-card"] * cards + ["md-search-result__link"]
    for _ in range(cards + 1):
        page.keyboard.press("ArrowUp")
    assert page.evaluate("document.activeElement === document.querySelector('[data-md-component=search-query]')")
    page.keyboard.press("Escape")
    assert not page.locator("#__search").is_checked()
    page.locator("label.md-header__button[for=__search]").click()


def test_a_mended_spelling_is_said_and_taken_back(page: Any) -> None:
    page.locator(FIELD).fill("manuel therapy")
    told = page.locator(".pb-found-told")
    page.wait_for_function(
        "document.querySelector('.pb-found-told').textContent.startsWith('Showing results for manual instead of manuel.')"
    )
    told.get_by_role("button").click()
    page.wait_for_function("!document.querySelector('.pb-found-card[href*=\"code/97140\"]')")
    assert told.get_by_role("button").inner_text() == "Search with the spelling mended"
    told.get_by_role("button").click()
    page.wait_for_selector(".pb-found-card[href*='code/97140']")


def test_enter_opens_the_first_answer(page: Any) -> None:
    opened = page.context.browser.new_page(viewport={"width": 390, "height": 844})
    opened.goto(page.url.split("?")[0].split("#")[0])
    opened.locator("label.md-header__button[for=__search]").click()
    opened.locator(FIELD).fill("CO97")
    opened.wait_for_selector(".pb-found-card[href*='denial/co-97/']")
    opened.keyboard.press("Enter")
    opened.wait_for_url("**/denial/co-97/")


@pytest.mark.parametrize(
    "sheet", ["evaluation-medicare.part-b", "treatment-medicare.part-b", "treatment-medicaid.ny", "treatment-commercial.aetna"]
)
def test_a_checklist_prints_on_one_sheet(page: Any, sheet: str) -> None:
    sheets = page.context.browser.new_page()
    sheets.goto(f"{page.url.split('?')[0].split('#')[0]}checklist/{sheet}/")
    for size in ("Letter", "A4"):
        assert len(re.findall(rb"/Type\s*/Page\b", sheets.pdf(format=size))) == 1, size
