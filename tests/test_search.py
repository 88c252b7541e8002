"""Search: what billers type leads to the page that answers it, through the script of the site and the theme's own worker and index."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from payerbook.pages import hits
from payerbook.pages.build import build, site_folder

pytest.importorskip("material", reason="the site needs mkdocs-material")
NODE = shutil.which("node")
pytestmark = pytest.mark.skipif(NODE is None, reason="the script of the site runs in node")

HERE = Path(__file__).parent
FIRST = 0.95
"""Share of the searches whose page has to come first; all have to be among the first three."""
PACKS = (
    "commercial.aetna", "commercial.bcbsnc", "commercial.bcbsnd", "commercial.cigna", "commercial.humana", "commercial.uhc", "common",
    "medicaid.ny", "medicaid.or", "medicaid.pa", "medicaid.tx", "medicare-advantage.aetna", "medicare-advantage.humana",
    "medicare-advantage.uhc", "medicare.part-b", "tricare", "va-ccn", "workers-comp.ca",
)  # fmt: skip
"""The payers that the table names, and enough others to be told from."""
SHOWN = {"97140 59": "topic/modifier-59/", "therputic exercise": "code/97110/", "uhc timely filing": "rules/", "CO97": "denial/co-97/"}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("site"), today=date(2026, 11, 21), packs=PACKS).parent


@pytest.fixture(scope="module")
def table() -> list[tuple[str, list[str]]]:
    """Each search with the pages of which one has to come first."""
    lines = (HERE / "searches.tsv").read_text("utf-8").splitlines()
    fields = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return [(search, pages.split("|")) for search, pages in fields]


def asked(site: Path, searches: list[str]) -> list[dict[str, Any]]:
    """What the site shows for each search."""
    given = json.dumps({"site": str(site), "searches": searches})
    done = subprocess.run(["node", HERE / "searching.cjs"], input=given, capture_output=True, text=True, check=True)
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def test_searches_lead_to_the_page_that_answers_them(built: Path, table: list[tuple[str, list[str]]]) -> None:
    assert len(table) >= 150
    found = asked(built, [search for search, _ in table])
    shown = [list(dict.fromkeys([*one["cards"], *one["hits"]])) for one in found]
    late = [search for (search, pages), one in zip(table, shown, strict=True) if not one or one[0] not in pages]
    assert len(late) <= len(table) * (1 - FIRST), late
    assert not [search for (search, pages), one in zip(table, shown, strict=True) if not set(one[:3]) & set(pages)]
    assert not [one["search"] for one in found if not one["count"]], "the index has nothing for these"


def test_every_page_that_search_names_is_there(built: Path) -> None:
    known = json.loads((built / "assets/aliases.json").read_text("utf-8"))
    pages = [target[1] for target in known["targets"]] + [f"denial/{slug}/" for slug, _ in known["denials"].values()]
    pages += [f"remark/{code.lower()}/" for code in known["remarks"]] + [f"code/{code}/" for code in known["codes"]]
    for id, _, _, _, _, topics, codes in known["payers"]:
        pages += [f"payer/{id}/", *(f"payer/{id}/{code}/" for code in codes), *(f"rules/{id}/{topic}/" for topic in topics)]
        pages += [f"checklist/{visit}-{id}/" for visit, _ in known["visits"]]
    assert not [page for page in pages if not (built / page / "index.html").is_file()]


def test_digits_are_never_spelled_anew(built: Path) -> None:
    for one in asked(built, ["97111", "97141 manuel", "CO-972", "M54.51", "N9999"]):
        assert not [typed for typed, _ in one["mended"] if any(sign.isdigit() for sign in typed)], one


def test_what_search_loads_is_light(built: Path) -> None:
    assert (site_folder() / "docs/assets/search.js").stat().st_size <= 15 * 1024
    assert (built / "assets/aliases.json").stat().st_size <= 250_000
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


@pytest.mark.parametrize("search", SHOWN)
def test_the_answer_stands_above_the_hits_in_the_browser(page: Any, search: str) -> None:
    page.locator("[data-md-component=search-query]").fill(search)
    page.locator("[data-md-component=search-query]").press("End")
    above = """(page) => {
      const card = document.querySelector(".pb-found-card"), hit = document.querySelector(".md-search-result__item");
      return card && hit && card.href.includes(page) && card.getBoundingClientRect().top < hit.getBoundingClientRect().top;
    }"""  # asked in one go, because the theme may draw its hits anew in between
    page.wait_for_function(above, arg=SHOWN[search])


@pytest.mark.parametrize("sheet", ["evaluation-medicare.part-b", "treatment-medicaid.ny", "treatment-commercial.aetna"])
def test_a_checklist_prints_on_one_sheet(page: Any, sheet: str) -> None:
    sheets = page.context.browser.new_page()
    sheets.goto(f"{page.url.split('?')[0].split('#')[0]}checklist/{sheet}/")
    for size in ("Letter", "A4"):
        assert len(re.findall(rb"/Type\s*/Page\b", sheets.pdf(format=size))) == 1, size
