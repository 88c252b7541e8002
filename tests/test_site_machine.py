"""What programs read of the site: feeds, calendar, JSON with its schemas, tables, Markdown twins, the site map."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.robotparser import RobotFileParser
from xml.etree import ElementTree

import feedparser
import icalendar
import jsonschema
import pyarrow
import pytest
from pyarrow import parquet

from payerbook.authoring.session import Session
from payerbook.pages import bulk, catalog, denial, feeds, home, jsonfiles, programs, site, sitemap, tables, twins, upcoming
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


def test_feed_readers_read_them(pages: dict[str, str]) -> None:
    """feedparser finds nothing to complain about, and reads what stands in the JSON Feed."""
    read = feedparser.parse(pages[f"changes/{feeds.ATOM}"])
    assert not read.bozo, read.bozo_exception
    assert read.version == "atom10"
    items = json.loads(pages[f"changes/{feeds.JSON}"])["items"]
    assert [(entry.id, entry.link) for entry in read.entries] == [(item["id"], item["url"]) for item in items]
    assert [" ".join(entry.content[0].value.split()) for entry in read.entries] == [
        " ".join(item["content_text"].split()) for item in items
    ]
    assert {entry.content[0].type for entry in read.entries} == {"text/plain"}


def test_a_json_feed_has_what_its_version_asks_for(pages: dict[str, str]) -> None:
    """Version 1.1: types of the keys, ids once each, a content for each item, moments with their offset."""
    for path, text in pages.items():
        if path.endswith(f"/{feeds.JSON}"):
            feed = json.loads(text)
            assert feed.keys() == {"version", "title", "language", "home_page_url", "feed_url", "authors", "items"}, path
            assert all(author["name"] for author in feed["authors"])
            for item in feed["items"]:
                assert item.keys() == {"id", "url", "title", "content_text", "date_published", "tags"}
                assert all(isinstance(item[key], str) and item[key] for key in item.keys() - {"tags"})
                assert all(isinstance(tag, str) for tag in item["tags"])
                assert datetime.fromisoformat(item["date_published"]).utcoffset() is not None
            assert len({item["id"] for item in feed["items"]}) == len(feed["items"])


def test_the_calendar_holds_what_is_ahead(session: Session) -> None:
    """icalendar reads it, and would write the same events."""
    earlier = catalog.of(session, EARLIER, PACKS)
    pages = dict(upcoming.pages(earlier, Record(earlier), BASE))
    data = pages[feeds.CALENDAR].encode()
    assert all(len(line) <= 75 for line in data.split(b"\r\n"))
    assert data.count(b"\n") == data.count(b"\r\n")
    read = icalendar.Calendar.from_ical(data)
    assert (str(read["VERSION"]), str(read["METHOD"])) == ("2.0", "PUBLISH")
    assert not read.errors
    coming = Record(earlier).coming
    assert len(read.events) == len(coming) > 5
    assert len({str(event["UID"]) for event in read.events}) == len(coming)
    for event, entry in zip(read.events, coming, strict=True):
        assert not event.errors
        assert (event.start, event.end) == (entry.change.on, entry.change.on + timedelta(days=1))
        assert event["DTSTAMP"].dt == datetime.combine(entry.told, time(), UTC)
        assert entry.change.title in str(event["SUMMARY"])
        assert f'id="{entry.anchor}"' in pages["upcoming/index.md"]
        assert str(event["URL"]) == f"{BASE}/upcoming/#{entry.anchor}"
    assert entry.change.on > EARLIER
    plain, again = (sorted(text.replace(b"\r\n ", b"").split(b"\r\n")) for text in (data, read.to_ical()))
    assert plain == again


def closed(schema: Any) -> Any:
    """A schema that allows no key it does not name: a published one is open, because keys may be added."""
    if isinstance(schema, dict):
        held = {key: closed(value) for key, value in schema.items()}
        return {"additionalProperties": False, **held} if "properties" in held else held
    return [closed(value) for value in schema] if isinstance(schema, list) else schema


def test_json_fits_its_published_schema(shown: Catalog, pages: dict[str, str], beside: dict[str, bytes]) -> None:
    """Every file has a schema; of files that are many, some are held against it. The hash is that of the content."""
    schemas = {path.rpartition("/")[2]: json.loads(text) for path, text in pages.items() if path.startswith(jsonfiles.SCHEMAS)}
    assert schemas.keys() == jsonfiles.schemas(shown).keys()
    for one in schemas.values():
        jsonschema.Draft202012Validator.check_schema(one)
    judges = {name: jsonschema.Draft202012Validator(closed(schemas[f"{name}.json"])) for name in {one.schema for one in jsonfiles.FILES}}
    seen: Counter[str] = Counter()
    for path, text in {**pages, **beside}.items():
        if not path.endswith(".json"):
            continue
        data, name = json.loads(text), jsonfiles.schema_of(path)
        if name is None:
            continue
        seen[name] += 1
        if seen[name] <= 12 or seen[name] % 25 == 0:
            assert [(path, error.json_path, error.message) for error in judges[name].iter_errors(data)] == []
        assert data.pop("as_of") == str(TODAY)
        said = data.pop("content_hash")
        plain = json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        assert said == f"sha256:{hashlib.sha256(plain.encode()).hexdigest()}", path
        assert data["license"] == "CC0-1.0"
        assert set(data["pack_versions"]) <= set(PACKS)
    assert seen.keys() == judges.keys()
    data = json.loads(pages["code/97164/history.json"])
    assert not judges["code-history"].is_valid({**data, "sources": ["first"]})
    assert not judges["code-history"].is_valid({**data, "more": 1})


def test_the_hash_of_a_file_stays_while_only_the_day_moves_on(session: Session, pages: dict[str, str]) -> None:
    tomorrow = catalog.of(session, TODAY + timedelta(days=1), PACKS)
    later = dict(denial.pages(tomorrow))
    path = "denial/co-97/index.json"
    assert later[path] != pages[path]
    assert json.loads(later[path])["content_hash"] == json.loads(pages[path])["content_hash"]


def test_the_codes_of_remittances_are_handed_out(session: Session, pages: dict[str, str]) -> None:
    data, denials = json.loads(pages[jsonfiles.DENIAL_LIST]), session.handbooks.denials
    assert [one["code"] for one in data["reasons"]] == list(denials.reasons)
    assert [one["code"] for one in data["remarks"]] == list(denials.remarks)
    for one in [*data["reasons"], *data["remarks"]]:
        assert held(pages, one["url"])
        alone = json.loads(pages[one["json"].removeprefix(f"{BASE}/")])
        assert alone.get("reason", alone.get("remark")) == one.get("reason", one.get("remark"))
        assert alone["sources"].keys() == set(one.get("reason", one.get("remark"))["sources"])


def test_the_list_of_payers_leads_to_every_answer(shown: Catalog, pages: dict[str, str], beside: dict[str, bytes]) -> None:
    listed = json.loads(pages[jsonfiles.PAYER_LIST])["payers"]
    assert [one["id"] for one in listed] == [head.id for head in shown.answers.packs()]
    found = {address.removeprefix(f"{BASE}/") for one in listed for address in one["codes"].values()}
    assert found == {path for path in beside if path.startswith("api/v1/payers/")}
    for one in listed:
        assert held(pages, one["url"])
    for code in json.loads(pages[jsonfiles.CODE_LIST])["codes"]:
        assert held(pages, code["url"])


def test_an_answer_is_that_of_the_engine(shown: Catalog, beside: dict[str, bytes]) -> None:
    found = json.loads(beside[bulk.answer_path("medicare.part-b", "97140")])
    assert found["answer"]["covered"] == shown.answers.view("medicare.part-b", "97140").covered == "covered"
    assert found["points"]["units"]["answer"] == "cms"
    assert found["url"].startswith(f"{BASE}/payer/medicare.part-b/")


def test_tables_hold_every_rule_answer_and_change(shown: Catalog, record: Record, beside: dict[str, bytes]) -> None:
    read = {one: list(csv.reader(io.StringIO(beside[f"{one.path}.csv"].decode(), newline=""))) for one in tables.TABLES}
    for one, rows in read.items():
        assert rows[0] == [field.name for field in one.fields]
        assert all(len(row) == len(one.fields) for row in rows)
    assert len(read[tables.RULES]) - 1 == sum(len(pack.rules) for pack in shown.packs)
    assert len(read[tables.ANSWERS]) - 1 == sum(path.startswith("api/v1/payers/") for path in beside)
    assert len(read[tables.CHANGES]) - 1 == sum(len(entry.payers) for entry in record.all)


def as_csv(value: object) -> str:
    """A value of a typed column as the other form has it."""
    if isinstance(value, list):
        return "; ".join(value)
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


@pytest.mark.parametrize("one", tables.TABLES, ids=lambda one: one.path)
def test_parquet_holds_what_csv_holds_with_types(beside: dict[str, bytes], one: tables.Table) -> None:
    table = parquet.read_table(io.BytesIO(beside[f"{one.path}.parquet"]))
    types = {"text": pyarrow.string(), "date": pyarrow.date32(), "flag": pyarrow.bool_(), "list": pyarrow.list_(pyarrow.string())}
    assert [(field.name, field.type) for field in table.schema] == [(field.name, types[field.sort]) for field in one.fields]
    assert [field.metadata[b"about"].decode() for field in table.schema] == [field.about for field in one.fields]
    rows = list(csv.DictReader(io.StringIO(beside[f"{one.path}.csv"].decode(), newline="")))
    written = [{name: as_csv(value) for name, value in row.items()} for row in table.to_pylist()]
    assert len(rows) > 100
    assert written == rows


def test_tables_agree_with_the_json(pages: dict[str, str], beside: dict[str, bytes]) -> None:
    rules = parquet.read_table(io.BytesIO(beside[f"{tables.RULES.path}.parquet"])).to_pylist()
    for row in rules[::10]:
        data = json.loads(pages[f"api/v1/rules/{row['rule']}.json"])
        assert (data["setting"]["start"], data["severity"], data["in_force"]) == (str(row["since"]), row["severity"], row["in_force"])
        assert tuple(data["setting"].get("when", {}).get("codes", ())) == tuple(row["codes"])
    for row in parquet.read_table(io.BytesIO(beside[f"{tables.ANSWERS.path}.parquet"])).to_pylist()[::50]:
        answer = json.loads(beside[bulk.answer_path(row["payer"], row["code"])])["answer"]
        assert (answer["covered"], answer["limits"], answer["modifiers"]) == (row["covered"], row["limits"], row["modifiers"])


def test_the_page_for_programs_lists_every_file_and_column(pages: dict[str, str], beside: dict[str, bytes]) -> None:
    page = pages[programs.PROGRAMS]
    for one in jsonfiles.FILES:
        assert f">/{one.address}</a>" in page
        assert f'href="v1/schema/{one.schema}.json"' in page
    for table in tables.TABLES:
        assert all(f"<code>{field.name}</code>" in page for field in table.fields)
    (described,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page)
    data = json.loads(described)
    assert (data["@context"], data["@type"]) == ("https://schema.org", "Dataset")
    assert 50 <= len(data["description"]) <= 5000
    assert {"name", "license", "creator", "url", "distribution", "dateModified"} <= data.keys()
    addresses = {one["contentUrl"].removeprefix(f"{BASE}/"): one["encodingFormat"] for one in data["distribution"]}
    assert addresses.keys() == {path for path in beside if path.startswith("data/")}


def test_the_index_for_language_models_has_its_form(pages: dict[str, str]) -> None:
    """llmstxt.org: a title, a summary in a quote, sections that are lists of links with notes."""
    before, *sections = re.split(r"^## ", pages[programs.LLMS], flags=re.MULTILINE)
    assert re.match(r"# \S[^\n]*\n\n> \S", before)
    assert sections[-1].startswith("Optional\n")
    for section in sections:
        _, *lines = section.strip().split("\n")
        assert all(re.fullmatch(r"- \[[^\]]+\]\(https://\S+\)(: .+)?", line) for line in lines if line)


def test_robots_are_told_where_the_map_is(shown: Catalog, pages: dict[str, str]) -> None:
    robots = RobotFileParser()
    robots.parse(pages[programs.ROBOTS].splitlines())
    assert robots.can_fetch("anything", f"{BASE}/code/97140/")
    assert robots.site_maps() == [f"{BASE}/{sitemap.SITEMAP}"]
    assert "Sitemap" not in dict(programs.pages(shown, (), ""))[programs.ROBOTS]


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
    assert len(found) < 50_000
    assert all(len(address) < 2_048 and re.fullmatch(r"https://[!-~]+/", address) for address in found)
    days = [date.fromisoformat(day) for day in found.values() if day is not None]
    assert max(days) <= TODAY


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
