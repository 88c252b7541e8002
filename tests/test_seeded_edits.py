"""Faulty edits to the bundled packs are caught, and each message says where: a sample on every run, all two hundred when soaking."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from payerbook.authoring.session import Session
from payerbook_plugins import policies
from seeded_edits.catch import Caught
from seeded_edits.edits import CLASSES, EACH, Edit, seeded
from seeded_edits.scan import scan

SAMPLE = [1 + EACH * place + place % EACH for place in range(len(CLASSES))]
"""One edit of each class."""


@pytest.fixture(scope="module")
def edits() -> list[Edit]:
    return seeded(policies(), sorted(Session().library.vocabulary.codes))


def judged(found: list[Caught], percent: int) -> None:
    missed = [f"{one.sort}: {one.file}: {one.what}" for one in found if one.by is None]
    assert len(missed) * 100 <= (100 - percent) * len(found), "\n".join(missed)
    assert [one.message for one in found if one.by is not None and not one.message] == []
    elsewhere = [one for one in found if one.by is not None and not one.placed]
    assert len(elsewhere) * 100 <= 5 * len(found), [(one.what, one.message) for one in elsewhere]


def test_edits_are_two_hundred_of_all_classes_and_all_different(edits: list[Edit]) -> None:
    assert Counter(edit.sort for edit in edits) == dict.fromkeys(CLASSES, EACH)
    assert len({(edit.file, edit.text) for edit in edits}) == len(edits) == 200
    assert max(Counter(edit.file for edit in edits if edit.sort != "raised grade").values()) <= 3, "spread over the rules"
    unchanged = [edit.what for edit in edits if edit.like is None and (policies() / edit.file).read_text("utf-8") == edit.text]
    assert unchanged == []


def test_a_sample_is_caught(tmp_path: Path) -> None:
    judged(scan(tmp_path, SAMPLE), 88)  # three of 25: one in twenty, and the luck of a sample


@pytest.mark.soak
def test_nineteen_of_twenty_are_caught(tmp_path: Path) -> None:
    judged(scan(tmp_path), 95)
