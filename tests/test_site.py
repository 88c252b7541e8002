"""The reference site: what the pages of a pack say, what stops a build, texts that stay plain."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path

import pytest

import demo_pack
from payerbook.authoring.session import Session
from payerbook.cli import main, options
from payerbook.errors import PackError, UsageError
from payerbook.pages import build as building
from payerbook.pages import settings, site
from payerbook.pages.text import escape, paragraphs, table

pytest.importorskip("material", reason="the site needs mkdocs-material")

TODAY = date(2026, 11, 21)


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return demo_pack.write(tmp_path_factory.mktemp("demo"))


@pytest.fixture(scope="module")
def session(pack: Path) -> Session:
    return Session([pack])


@pytest.fixture(scope="module")
def demo(session: Session, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The Markdown of the demo pack alone."""
    out = tmp_path_factory.mktemp("markdown")
    return {file.relative_to(out).as_posix(): file.read_text("utf-8") for file in site.write(session, out, today=TODAY, packs=["demo.one"])}


def test_a_topic_page_says_answer_setting_history_and_examples(demo: dict[str, str]) -> None:
    page = demo["rules/demo.one/thresholds/index.md"]
    parts = [
        "## KX above the yearly amount { #yearly-amount .pb-rule }",
        "$2,480.00 for PT",
        "Payer: denied",
        ">Why<",
        ">How to fix<",
        '<h3><span id="yearly-amount-setting">When it applies',
        "For pack authors: the settings in the file",
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
    (tmp_path / "broken" / "pack.yaml").write_text(demo_pack.FILES["pack.yaml"].replace("demo.one", "demo.two"), "utf-8")
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


def test_the_day_of_the_site_is_asked_told_or_that_of_the_clock(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    days: list[date] = []
    monkeypatch.setattr(building, "build", lambda target, *, today, **more: days.append(today) or target)
    monkeypatch.setattr(options, "clock", lambda: date(2000, 1, 1))
    site_of = ["site", "--out", str(tmp_path)]
    for epoch, more in ((None, []), ("1893456000", []), ("1893456000", ["--today", "2026-11-21"])):
        monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch) if epoch else monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
        assert main([*site_of, *more]) == 0
    assert days == [date(2000, 1, 1), date(2030, 1, 1), date(2026, 11, 21)]
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "yesterday")
    assert main(site_of) == 2
