"""The reference site: built strictly, every rule at its address, no broken link, no other host, the same bytes twice."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import pytest

from payerbook.authoring.session import Session
from payerbook.errors import PackError, UsageError
from payerbook.pages import build as building
from payerbook.pages import project, settings, site
from payerbook.pages.text import escape, paragraphs, table

pytest.importorskip("material", reason="the site needs mkdocs-material")

TODAY = date(2026, 11, 21)

PACK = {
    "pack.yaml": """
pack: demo.one
format: "1"
title: Demo <payer> & *friends* | one
version: 2026.11.0
aliases: [Demo payer]
unit_method: ama
holes: ["Nothing about telehealth was read."]
""",
    "sources.yaml": """
own: {title: "Manual [chapter 5]", publisher: Demo, url: "https://example.org/a_(b).pdf", grade: A, last_checked: 2026-11-01}
news: {title: News, publisher: Somebody, grade: B, last_checked: 2024-01-02}
""",
    "yearly-amount.yaml": """
rule: demo.one.yearly-amount
kind: amount-threshold
title: KX above the yearly amount
when: {codes: {set: timing.timed-15}}
effect: deny
evidence: record
topic: thresholds
category: coverage
params: {modifier: KX, accumulator: demo}
versions:
  - attested_from: 2024-01-01
    params: {buckets: [{name: PT, disciplines: [PT], amount: "2330.00"}]}
    sources: [{ref: news}]
    changed: Amount for 2024.
  - from: 2025-01-01
    hole: The notice of 2025 could not be read.
  - from: 2026-01-01
    known: 2025-11-05
    when: {codes: ["97110", "97112"]}
    params: {buckets: [{name: PT, disciplines: [PT], amount: "2480.00"}]}
    sources: [{ref: own, section: "20.2"}]
    changed: Amount for 2026.
why: Above the amount the payer wants an attestation.
fix: Add KX if the record supports it.
denials: [CO-119]
checklist: [plan-of-care-current]
""",
    "yearly-amount.test.yaml": """
rule: demo.one.yearly-amount
claim:
  context: {accumulators: [{name: demo, bucket: PT, year: 2026, used: "2490.00", as_of: 2026-01-14}]}
cases:
  - {name: above, expect: fail, claim: {lines: [{code: "97110", service_date: 2026-01-15, units: 2, modifiers: [GP]}]}}
  - {name: attested, expect: pass, claim: {
      context: {accumulators: [{name: demo, bucket: PT, year: 2026, used: "1.00", as_of: 2026-01-14}]},
      lines: [{code: "97110", service_date: 2026-01-15, units: 2, modifiers: [GP], allowed: "60.00"}]}}
""",
    "ended.yaml": """
rule: demo.one.ended
kind: required-modifier
title: Discipline modifier
when: {codes: ["97110"]}
effect: return
evidence: claim
topic: modifiers
category: coding
params: {any_of: [GP, GO, GN]}
versions:
  - {from: 2006-01-01, to: 2020-12-31, sources: [{ref: news}]}
""",
    "ended.test.yaml": """
rule: demo.one.ended
cases:
  - {name: bare, expect: fail, claim: {lines: [{code: "97110", service_date: 2016-01-15, units: 2}]}}
  - {name: good, expect: pass, claim: {lines: [{code: "97110", service_date: 2016-01-15, units: 2, modifiers: [GP]}]}}
""",
}


class Page(HTMLParser):
    """What a built page links to, loads and can be linked at, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = {name: value or "" for name, value in attrs}
        if "id" in held:
            self.ids.add(held["id"])
        if tag == "a" and "href" in held:
            self.links.append(held["href"])
        elif tag == "link" and held.get("rel") not in ("canonical", "prev", "next"):
            self.loads.append(held["href"])
        elif "src" in held:
            self.loads.append(held["src"])

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    for name, text in PACK.items():
        (folder / name).write_text(text, "utf-8")
    return folder


@pytest.fixture(scope="module")
def session(pack: Path) -> Session:
    return Session([pack])


@pytest.fixture(scope="module")
def built(pack: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return building.build(tmp_path_factory.mktemp("site"), today=TODAY, policies=[pack], base_url="https://rules.example/").parent


@pytest.fixture(scope="module")
def pages(built: Path) -> dict[str, Page]:
    """Every page by its address; the page for wrong addresses is left out, its links stand from the root."""
    files = sorted(built.rglob("index.html"))
    return {f"/{file.relative_to(built).as_posix().removesuffix('index.html')}": Page(file.read_text("utf-8")) for file in files}


@pytest.fixture(scope="module")
def demo(session: Session, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The Markdown of the demo pack alone."""
    out = tmp_path_factory.mktemp("markdown")
    return {file.relative_to(out).as_posix(): file.read_text("utf-8") for file in site.write(session, out, today=TODAY, packs=["demo.one"])}


def test_every_rule_stands_at_its_address(session: Session, pages: dict[str, Page]) -> None:
    rules = [rule for one in session.library.all() for rule in (one.pack.rules if one.pack else ())]
    assert rules
    for rule in rules:
        address, _, anchor = rule.url.partition("#")
        assert anchor in pages[address].ids, rule.url


def test_every_internal_link_and_anchor_resolves(built: Path, pages: dict[str, Page]) -> None:
    for address, page in pages.items():
        for link in page.links:
            to = urlsplit(urljoin(address, link))
            if to.netloc:
                continue
            path = unquote(to.path)
            if path in pages:
                assert not to.fragment or unquote(to.fragment) in pages[path].ids, f"{address}: {link}"
            else:
                assert (built / path.lstrip("/")).is_file(), f"{address}: {link}"


def test_nothing_is_loaded_from_another_host(built: Path, pages: dict[str, Page]) -> None:
    for address, page in pages.items():
        assert not [load for load in page.loads if urlsplit(load).netloc], address
    for file in built.rglob("*.css"):
        assert not re.search(r"(@import|url\()\s*[\"']?(https?:)?//", file.read_text("utf-8")), file.name
    for file in built.rglob("*.html"):
        assert re.search(r"default-src '(self|none)'", file.read_text("utf-8")), file.name


def test_every_page_says_that_it_is_no_advice(built: Path) -> None:
    for file in built.rglob("*.html"):
        text = " ".join(Page(file.read_text("utf-8")).text.split())
        assert "Not legal or billing advice." in text, file.name
        assert "CPT is a registered trademark of the American Medical Association" in text, file.name


def test_two_runs_write_the_same_bytes(pack: Path, tmp_path: Path) -> None:
    def written(out: Path) -> Iterator[tuple[str, bytes]]:
        for file in site.write(Session([pack]), out, today=TODAY, base_url="https://rules.example"):
            yield file.relative_to(out).as_posix(), file.read_bytes()

    assert list(written(tmp_path / "one")) == list(written(tmp_path / "two"))


def test_a_topic_page_says_answer_setting_history_and_examples(demo: dict[str, str]) -> None:
    page = demo["rules/demo.one/thresholds/index.md"]
    parts = [
        "## KX above the yearly amount { #yearly-amount .pb-rule }",
        "$2,480.00 for PT",
        "Payer: denied",
        '<h3><span id="yearly-amount-setting">Setting',
        ">Why<",
        ">How to fix<",
        ">History<",
        ">Since <time>2026-01-01</time>, published <time>2025-11-05</time> — today",
        "Codes removed",
        "[Manual \\[chapter 5\\]](<https://example.org/a_(b).pdf>), 20.2. Demo; last checked 2026-11-01.",
        "><time>2025-01-01</time> to <time>2025-12-31</time>",
        "**Nothing on file for these dates.** The notice of 2025 could not be read.",
        "><time>2024-01-01</time> to <time>2024-12-31</time>",
        "2024-01-01 is the first day the sources prove",
        "due to be read again",
        "CO-119",
        "☐ Plan of care current",
        ">Examples<",
        "Fails",
        "| Line | Service date | Code | Modifiers | Units |",
        "has no KX.",
        "Passes",
        "this rule as JSON",
    ]
    places = [page.find(part) for part in parts]
    assert -1 not in places, parts[places.index(-1)]
    assert places == sorted(places)


def test_a_rule_that_ended_is_not_shown_as_standing(demo: dict[str, str]) -> None:
    page = demo["rules/demo.one/modifiers/index.md"]
    assert "**Not in force on 2026-11-21.** The rule ended on 2020-12-31." in page
    assert "Shown as: review" in page
    assert "— today" not in page
    assert "not applicable today" in demo["rules/demo.one/index.md"]


def test_the_pack_page_names_its_gaps(demo: dict[str, str]) -> None:
    page = demo["rules/demo.one/index.md"]
    assert "- Nothing about telehealth was read." in page
    assert "from 2025-01-01: The notice of 2025 could not be read." in page
    assert "AMA: each code is rounded alone" in page


def test_the_json_of_a_rule_holds_what_the_page_shows(demo: dict[str, str]) -> None:
    rule = json.loads(demo["api/v1/rules/demo.one.yearly-amount.json"])
    assert rule["url"] == "/rules/demo.one/thresholds/#yearly-amount"
    assert rule["setting"]["start"] == "2026-01-01"
    assert rule["sentence"] in demo["rules/demo.one/thresholds/index.md"].replace("\\", "")
    index = json.loads(demo["api/v1/index.json"])
    assert [entry["json"] for entry in index["rules"]] == ["/api/v1/rules/demo.one.ended.json", "/api/v1/rules/demo.one.yearly-amount.json"]


def test_today_decides_the_setting(session: Session, tmp_path: Path) -> None:
    site.write(session, tmp_path, today=date(2025, 3, 1), packs=["demo.one"])
    page = (tmp_path / "rules/demo.one/thresholds/index.md").read_text("utf-8")
    assert "**Nothing on file on 2025-03-01.** The notice of 2025 could not be read." in page


def test_kinds_and_faults_are_all_described(session: Session, pages: dict[str, Page]) -> None:
    from payerbook.authoring.faults import CODES

    assert set(session.kinds) <= pages["/kinds/"].ids
    assert {f"/faults/{code.lower()}/" for code in CODES} <= set(pages)
    assert {urljoin("/faults/", link) for link in pages["/faults/"].links} >= {f"/faults/{code.lower()}/" for code in CODES}


def test_the_documents_of_the_project_are_there(pages: dict[str, Page]) -> None:
    for name in project.names():
        assert f"/project/{name}/" in {urljoin("/project/answers/", link) for link in pages["/project/answers/"].links}
    assert "/project/answers/" in {urljoin("/legal/", link) for link in pages["/legal/"].links}


def test_values_of_settings_are_said_in_words() -> None:
    assert settings.value({"97010": {"use": []}, "97014": {"from": None, "use": ["G0283"]}}) == "97010; 97014 (use: G0283)"
    assert (
        settings.value([{"name": "PT", "amount": "2480.00"}, {"name": "OT", "hard": False}])
        == "name: PT; amount: 2480.00<br>name: OT; hard: no"
    )
    assert settings.value([]) == "none"
    assert "<summary>13 values</summary>" in settings.value(list(range(13)))


def test_plain_text_stays_plain() -> None:
    assert escape("a <b> & *c* | [d]_e_ `x|y`") == r"a &lt;b&gt; &amp; \*c\* \| \[d\]\_e\_ `x|y`"
    assert paragraphs("one\ntwo\n\n- three\n\n4. four") == ["one two", r"\- three", r"4\. four"]
    assert table(["A", "B"], [("1", "")]) == ["| A | B |", "| --- | --- |", "| 1 |   |", ""]


def test_a_folder_with_other_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("keep me", "utf-8")
    with pytest.raises(UsageError, match="is not empty"):
        building.build(tmp_path, today=TODAY)
    assert (tmp_path / "letter.txt").is_file()


def test_an_unknown_pack_is_named(session: Session, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no pack nowhere on file. On file: .*demo\.one"):
        site.write(session, tmp_path, today=TODAY, packs=["nowhere"])


def test_a_pack_that_does_not_compile_stops_the_site(pack: Path, tmp_path: Path) -> None:
    shutil.copytree(pack, tmp_path / "broken")
    (tmp_path / "broken" / "pack.yaml").write_text(PACK["pack.yaml"].replace("demo.one", "demo.two"), "utf-8")
    with pytest.raises(PackError, match=r"Pack demo\.two cannot be shown: .*PB013"):
        site.write(Session([tmp_path / "broken"]), tmp_path / "out", today=TODAY)


def test_a_broken_link_stops_the_build(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    shutil.copytree(building.site_folder(), tmp_path / "site", ignore=shutil.ignore_patterns("build"))
    (tmp_path / "site/docs/legal.md").write_text("# Privacy\n\n[gone](gone.md)\n", "utf-8")
    monkeypatch.setattr(building, "site_folder", lambda: tmp_path / "site")
    with pytest.raises(PackError, match=r"gone\.md") as raised:
        building.build(tmp_path / "out", today=TODAY, packs=["common"])
    assert "INFO" not in str(raised.value)


def test_without_mkdocs_the_error_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(building, "find_spec", lambda name: None)
    with pytest.raises(UsageError, match=r"pip install '.*mkdocs-material"):
        building.build(tmp_path, today=TODAY)
