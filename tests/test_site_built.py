"""The built site as others meet it: every link and anchor, no other host, what each page must carry; all packs when soaking."""

from __future__ import annotations

import gzip
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import pytest

import demo_pack
from payerbook.authoring.faults import CODES
from payerbook.authoring.session import Session
from payerbook.pages import build as building
from payerbook.pages import project

pytest.importorskip("material", reason="the site needs mkdocs-material")

TODAY = date(2026, 11, 21)
BASE = "https://rules.example/"
FEW = ("common", "medicare.part-b", "commercial.aetna", "commercial.bcbs-alabama", "medicaid.md", "demo.one")
HEAVIEST = 60_000
"""Bytes of a page as it is sent, compressed."""
PROVED = re.compile(r"/(code/\w+|payer/[^/]+(/\w+)?|rules/[^/]+/[^/]+|denial/[^/]+|remark/[^/]+|checklist/[^/]+|topic/[^/]+|matrix/[^/]+)/")
"""Pages that say what a payer or a code is about."""


class Page(HTMLParser):
    """What a built page links to, loads, and says of itself."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.loads: list[str] = []
        self.linked: dict[str, list[str]] = {}
        self.description = ""
        self.title = ""
        self.text = ""
        self._inside: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = {name: value or "" for name, value in attrs}
        self._inside = [tag] if tag in ("title", "script", "style", "svg") else [*self._inside, tag] if "svg" in self._inside else []
        if "id" in held:
            self.ids.append(held["id"])
        if tag == "a" and "href" in held:
            self.links.append(held["href"])
        elif tag == "link":
            self.linked.setdefault(held["rel"].strip(), []).append(held["href"])
            if held["rel"].strip() not in ("canonical", "prev", "next"):
                self.loads.append(held["href"])
        elif "src" in held:
            self.loads.append(held["src"])
        elif tag == "meta" and held.get("name") == "description":
            self.description = held["content"]

    def handle_endtag(self, tag: str) -> None:
        if tag in ("title", "script", "style", "svg"):
            self._inside = ["svg"] if tag == "title" and "svg" in self._inside else []

    def handle_data(self, data: str) -> None:
        if self._inside[-1:] == ["title"] and "svg" not in self._inside:
            self.title += data
        elif "script" not in self._inside:
            self.text += data


@dataclass(frozen=True)
class Built:
    """A site, its pages by address (the page for wrong addresses is `lost`), and what it was built from."""

    folder: Path
    session: Session
    packs: tuple[str, ...]
    pages: dict[str, Page]
    lost: Page


@pytest.fixture(scope="module", params=[pytest.param(FEW, id="few"), pytest.param(None, id="all", marks=pytest.mark.soak)])
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Built:
    demo = demo_pack.write(tmp_path_factory.mktemp("demo"))
    session = Session([demo])
    packs = request.param or tuple(one.id for one in session.library.all() if not one.templates)
    folder = building.build(tmp_path_factory.mktemp("site"), today=TODAY, packs=packs, policies=[demo], base_url=BASE).parent
    files = sorted(folder.rglob("index.html"))
    pages = {f"/{file.relative_to(folder).as_posix().removesuffix('index.html')}": Page(file.read_text("utf-8")) for file in files}
    return Built(folder, session, packs, pages, Page((folder / "404.html").read_text("utf-8")))


def test_every_rule_stands_at_its_address(built: Built) -> None:
    rules = [rule for one in built.session.library.all() if one.pack and one.id in built.packs for rule in one.pack.rules]
    assert len(rules) > 100
    for rule in rules:
        address, _, anchor = rule.url.partition("#")
        assert anchor in built.pages[address].ids, rule.url


def broken(built: Built) -> Iterator[str]:
    """Links, other forms and files that lead nowhere."""
    ids = {address: set(page.ids) for address, page in built.pages.items()}
    for address, page in built.pages.items():
        for link in [*page.links, *page.loads]:
            to = urlsplit(urljoin(address, link))
            path = unquote(to.path)
            if to.netloc or to.scheme in ("data", "mailto"):
                continue
            if path in ids:
                if to.fragment and unquote(to.fragment) not in ids[path]:
                    yield f"{address}: {link}"
            elif not (built.folder / path.lstrip("/")).is_file():
                yield f"{address}: {link}"


def test_every_internal_link_and_anchor_resolves(built: Built) -> None:
    assert list(broken(built)) == []


def test_nothing_is_loaded_from_another_host(built: Built) -> None:
    for address, page in built.pages.items():
        assert not [load for load in page.loads if urlsplit(load).netloc], address
    for file in built.folder.rglob("*.css"):
        assert not re.search(r"(@import|url\()\s*[\"']?(https?:)?//", file.read_text("utf-8")), file.name
    for file in built.folder.rglob("*.html"):
        assert re.search(r"default-src '(self|none)'", file.read_text("utf-8")), file.name


def test_every_page_says_that_it_is_no_advice(built: Built) -> None:
    for address, page in {**built.pages, "404.html": built.lost}.items():
        text = " ".join(page.text.split())
        assert "Not legal or billing advice." in text, address
        assert "CPT is a registered trademark of the American Medical Association" in text, address


def test_every_page_says_of_itself_what_no_other_says(built: Built) -> None:
    for of in ("title", "description"):
        counted = Counter(" ".join(getattr(page, of).split()) for page in built.pages.values())
        assert [text for text, number in counted.items() if number > 1 or not text] == [], of
    for address, page in built.pages.items():
        assert page.linked["canonical"] == [urljoin(BASE, address)]
        assert page.linked["alternate"][0] == "index.md", address
        assert [id for id, number in Counter(page.ids).items() if number > 1] == [], address


def test_pages_name_their_other_forms(built: Built) -> None:
    for address, page in built.pages.items():
        beside = {file.name for file in (built.folder / address.lstrip("/")).iterdir() if file.is_file()}
        formed = beside & {"index.json", "history.json", "index.csv", "atom.xml", "feed.json", "payerbook.ics"}
        assert formed <= set(page.linked["alternate"]), address
    assert "../../../api/v1/payers/medicare.part-b/codes/97164.json" in built.pages["/payer/medicare.part-b/97164/"].linked["alternate"]


def test_every_answer_has_its_proof_or_says_that_there_is_none(built: Built) -> None:
    for address, page in built.pages.items():
        if PROVED.fullmatch(address):
            rules = [link for link in page.links if re.search(r"rules/[^/]+/[^/]+/#", link)]
            sources = [link for link in page.links if urlsplit(link).netloc]
            said = re.search("grade [ABCM]|no source found|not known", page.text, re.IGNORECASE)
            assert rules or sources or said, address


def test_pages_are_light(built: Built) -> None:
    weights = {address: len(gzip.compress((built.folder / address[1:] / "index.html").read_bytes(), 6)) for address in built.pages}
    assert {address: weight for address, weight in weights.items() if weight > HEAVIEST} == {}


def test_kinds_and_faults_are_all_described(built: Built) -> None:
    assert set(built.session.kinds) <= set(built.pages["/kinds/"].ids)
    assert {f"/faults/{code.lower()}/" for code in CODES} <= set(built.pages)
    assert {urljoin("/faults/", link) for link in built.pages["/faults/"].links} >= {f"/faults/{code.lower()}/" for code in CODES}


def test_the_documents_of_the_project_are_there(built: Built) -> None:
    for name in project.names():
        assert f"/project/{name}/" in {urljoin("/project/answers/", link) for link in built.pages["/project/answers/"].links}
    assert "/project/answers/" in {urljoin("/legal/", link) for link in built.pages["/legal/"].links}
