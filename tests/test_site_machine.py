"""What programs read of the site: feeds, calendar, JSON with its schemas, tables, Markdown twins, the site map."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import date, datetime
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
import pytest

from payerbook.authoring.session import Session
from payerbook.pages import bulk, catalog, feeds, home, programs, site, sitemap, twins, upcoming
from payerbook.pages.catalog import Catalog
from payerbook.pages.pictures import states
from payerbook.pages.record import Record

TODAY = date(2026, 11, 21)
EARLIER = date(2025, 11, 21)
PACKS = ("common", "medicare.part-b", "medicare-advantage.uhc", "commercial.aetna")
BASE = "https://rules.example"
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture(scope="module")
def session() -> Session:
    return Session()


@pytest.fixture(scope="module")
def shown(session: Session) -> Catalog:
    return catalog.of(session, TODAY, PACKS)


@pytest.fixture(scope="module")
def record(shown: Catalog) -> Record:
    return Record(shown)


@pytest.fixture(scope="module")
def pages(shown: Catalog) -> dict[str, str]:
    return dict(site.pages(shown, f"{BASE}/"))


@pytest.fixture(scope="module")
def beside(shown: Catalog, pages: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    docs = tmp_path_factory.mktemp("docs")
    for path, text in pages.items():
        if path.endswith(".md"):
            (docs / path).parent.mkdir(parents=True, exist_ok=True)
            (docs / path).write_text(text, "utf-8")
    return dict(site.beside(shown, docs, f"{BASE}/"))


def held(pages: dict[str, str], address: str) -> bool:
    """Whether an absolute address leads to a page and an anchor of the site."""
    path, _, anchor = address.removeprefix(f"{BASE}/").partition("#")
    page = pages.get(f"{path}index.md", "")
    return bool(page) and (not anchor or f'id="{anchor}"' in page)


def test_every_change_stands_on_the_page_of_its_payer_and_of_its_month(shown: Catalog, record: Record, pages: dict[str, str]) -> None:
    assert len(record.all) > 100
    for entry in record.all:
        assert f'id="{entry.anchor}"' in pages[f"changes/{entry.month}/index.md"]
    for head in shown.answers.packs():
        own = record.of(head.id)
        assert len(own) == len(shown.answers.changes(head.id))
        assert len({entry.anchor for entry in own}) == len(own)
        for entry in own:
            assert f'id="{entry.anchor}"' in pages[f"changes/{head.id}/index.md"]


def test_what_is_the_same_for_several_payers_is_one_change(record: Record) -> None:
    shared = [entry for entry in record.all if len(entry.payers) > 1]
    assert {"medicare.part-b", "medicare-advantage.uhc"} in [set(entry.payers) for entry in shared]
    assert sum(len(entry.payers) for entry in record.all) == sum(len(record.of(payer)) for payer in PACKS[1:])


@pytest.mark.parametrize("folder", ["changes/", "changes/medicare.part-b/"])
def test_feeds_are_valid_and_lead_to_the_changes(pages: dict[str, str], folder: str) -> None:
    feed = ElementTree.fromstring(pages[folder + feeds.ATOM])
    for name in ("id", "title", "updated", "author"):
        assert len(feed.findall(ATOM + name)) == 1, name
    assert [link.get("href") for link in feed.findall(f"{ATOM}link") if link.get("rel") == "self"] == [f"{BASE}/{folder}{feeds.ATOM}"]
    entries = feed.findall(f"{ATOM}entry")
    assert 0 < len(entries) <= feeds.LONGEST
    ids = [entry.findtext(f"{ATOM}id") or "" for entry in entries]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", id) for id in ids)
    updated = [datetime.fromisoformat(entry.findtext(f"{ATOM}updated") or "") for entry in entries]
    assert updated == sorted(updated, reverse=True)
    assert all(moment.utcoffset() is not None for moment in updated)
    for entry in entries:
        link = entry.find(f"{ATOM}link")
        assert link is not None
        assert held(pages, link.get("href") or ""), link.get("href")
        assert entry.findtext(f"{ATOM}title")
        assert entry.findtext(f"{ATOM}content")
    other = json.loads(pages[folder + feeds.JSON])
    assert other["version"] == "https://jsonfeed.org/version/1.1"
    assert other["feed_url"] == f"{BASE}/{folder}{feeds.JSON}"
    assert [item["id"] for item in other["items"]] == ids
    assert all(item["content_text"] and held(pages, item["url"]) for item in other["items"])


def test_a_feed_without_an_address_is_relative(shown: Catalog) -> None:
    pages = dict(site.pages(shown))
    assert "url" not in json.loads(pages[f"changes/{feeds.JSON}"])["items"][0]
    assert f'href="./{feeds.ATOM}"' in pages[f"changes/{feeds.ATOM}"]


def test_the_calendar_holds_what_is_ahead(session: Session) -> None:
    earlier = catalog.of(session, EARLIER, PACKS)
    pages = dict(upcoming.pages(earlier, Record(earlier), BASE))
    lines = pages[feeds.CALENDAR].split("\r\n")
    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[-2:] == ["END:VCALENDAR", ""]
    assert all(len(line.encode()) <= 75 for line in lines)
    events = "\r\n".join(lines).replace("\r\n ", "").split("BEGIN:VEVENT")[1:]
    coming = Record(earlier).coming
    assert len(events) == len(coming) > 5
    for event, entry in zip(events, coming, strict=True):
        assert f"DTSTART;VALUE=DATE:{entry.change.on:%Y%m%d}" in event
        assert all(event.count(f"\r\n{name}") == 1 for name in ("UID:", "DTSTAMP:", "SUMMARY:", "END:VEVENT"))
        assert f'id="{entry.anchor}"' in pages["upcoming/index.md"]
    assert entry.change.on > EARLIER


def test_json_fits_its_published_schema(shown: Catalog, pages: dict[str, str], beside: dict[str, bytes]) -> None:
    for path, text in {**pages, **beside}.items():
        if path.endswith(".json"):
            json.loads(text)
    schemas = {path.rpartition("/")[2]: json.loads(text) for path, text in pages.items() if path.startswith("api/v1/schema/")}
    assert schemas.keys() == programs.schemas(shown).keys()
    for one in schemas.values():
        jsonschema.Draft202012Validator.check_schema(one)
    answers = [path for path in beside if path.startswith("api/v1/payers/")]
    files = {
        "payer-code-answer.json": answers[::25],
        "code-answers.json": ["code/97140/index.json", "code/97164/index.json"],
        "code-history.json": ["code/97140/history.json"],
        "payer-answers.json": ["payer/commercial.aetna/index.json"],
        "matrix.json": ["matrix/prior-auth/index.json"],
    }
    assert len(answers) > 100
    for name, paths in files.items():
        check = jsonschema.Draft202012Validator(schemas[name])
        for path in paths:
            check.validate(json.loads(pages.get(path) or beside[path]))


def test_the_list_of_payers_leads_to_every_answer(shown: Catalog, pages: dict[str, str], beside: dict[str, bytes]) -> None:
    listed = json.loads(pages[programs.PAYER_LIST])["payers"]
    assert [one["id"] for one in listed] == [head.id for head in shown.answers.packs()]
    found = {address.removeprefix(f"{BASE}/") for one in listed for address in one["codes"].values()}
    assert found == {path for path in beside if path.startswith("api/v1/payers/")}
    for one in listed:
        assert held(pages, one["url"])
    for code in json.loads(pages[programs.CODE_LIST])["codes"]:
        assert held(pages, code["url"])


def test_an_answer_is_that_of_the_engine(shown: Catalog, beside: dict[str, bytes]) -> None:
    found = json.loads(beside[bulk.answer_path("medicare.part-b", "97140")])
    assert found["answer"]["covered"] == shown.answers.view("medicare.part-b", "97140").covered == "covered"
    assert found["points"]["units"]["answer"] == "cms"
    assert found["url"].startswith(f"{BASE}/payer/medicare.part-b/")


def test_tables_hold_every_rule_answer_and_change(shown: Catalog, record: Record, beside: dict[str, bytes]) -> None:
    read = {one: list(csv.reader(io.StringIO(beside[f"{one.path}.csv"].decode(), newline=""))) for one in bulk.TABLES}
    for one, rows in read.items():
        assert rows[0] == list(one.columns)
        assert all(len(row) == len(one.columns) for row in rows)
    assert len(read[bulk.RULES]) - 1 == sum(len(pack.rules) for pack in shown.packs)
    assert len(read[bulk.ANSWERS]) - 1 == sum(path.startswith("api/v1/payers/") for path in beside)
    assert len(read[bulk.CHANGES]) - 1 == sum(len(entry.payers) for entry in record.all)


def test_parquet_holds_what_csv_holds(beside: dict[str, bytes]) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="Parquet needs pyarrow")
    table = parquet.read_table(io.BytesIO(beside[f"{bulk.RULES.path}.parquet"]))
    rows = list(csv.DictReader(io.StringIO(beside[f"{bulk.RULES.path}.csv"].decode(), newline="")))
    assert table.column("rule").to_pylist() == [row["rule"] for row in rows]


def test_every_page_has_a_markdown_twin(pages: dict[str, str], beside: dict[str, bytes]) -> None:
    for path in pages:
        if path.endswith(".md"):
            assert (path if path.endswith("index.md") else f"{path.removesuffix('.md')}/index.md") in beside
    twin = beside["payer/commercial.aetna/index.md"].decode()
    assert twin.startswith("[Payers](../../payer/)")
    assert re.search(r"^\| \[97140\]\([^)]+\).*\|", twin, re.MULTILINE)
    assert not re.search(r"</?(div|table|tr|td|span|a|dl|svg|details)\b", twin)


def test_a_twin_keeps_code_and_entities() -> None:
    page = '---\ntitle: x\n---\n# A { #a }\n\n<p>1 &lt; 2 <a href="b/">B</a></p>\n\n```yaml\nx: <y> { #z }\n```\n'
    assert twins.markdown(page) == "# A\n\n1 < 2 [B](b/)\n\n```yaml\nx: <y> { #z }\n```\n"


def test_the_site_map_names_each_page_with_its_last_change(pages: dict[str, str], beside: dict[str, bytes]) -> None:
    spaces = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}
    found = {
        one.findtext("s:loc", namespaces=spaces): one.findtext("s:lastmod", namespaces=spaces)
        for one in ElementTree.fromstring(beside[sitemap.SITEMAP]).findall("s:url", spaces)
    }
    assert len(found) == sum(path.endswith(".md") for path in pages)
    assert found[f"{BASE}/"] == found[f"{BASE}/payer/"]
    assert found[f"{BASE}/kinds/"] is None
    days = [date.fromisoformat(day) for day in found.values() if day is not None]
    assert max(days) <= TODAY


def test_two_runs_give_the_same_bytes(session: Session, tmp_path: Path) -> None:
    def run() -> list[tuple[str, bytes]]:
        few = catalog.of(session, TODAY, ("common", "commercial.aetna"))
        return [*((path, text.encode()) for path, text in site.pages(few, BASE)), *site.beside(few, tmp_path, BASE)]

    assert run() == run()


def test_the_home_page_offers_what_the_site_holds(shown: Catalog, pages: dict[str, str]) -> None:
    page = pages[home.HOME]
    assert [task.words for task in home.TASKS if task.words not in page] == []
    alone = dict(home.pages(shown, Record(shown), {"code/index.md"}))[home.HOME]
    assert 'href="code/"' in alone
    assert 'href="denial/"' not in alone
    for head in shown.answers.packs():
        assert f'data-payer="{head.id}"' in page


def test_pictures_have_their_numbers_beside_them(pages: dict[str, str]) -> None:
    thresholds = pages["rules/medicare.part-b/thresholds/index.md"]
    assert "amount over time" in thresholds
    assert "$2,480.00" in thresholds[thresholds.index("pb-steps") :]
    for path in ("quality/index.md", "index.md", "rules/medicare.part-b/thresholds/index.md"):
        assert pages[path].count("<svg") == pages[path].count("The same as a table")
    assert pages["index.md"].count('class="pb-tile ') == 51
    assert 'class="pb-tile pb-depth-2"' in states.picture("t", ["State", "Payers"], {"OR": [("A", "a/"), ("B", "b/")]})
