"""The index that the theme's search loads, cut down to what helps to find a page: a phone has to fetch and read all of it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

INDEX = "search/search_index.json"
PASSED = frozenset({"changes", "codes", "codes-on-this-page", "deadlines", "freshness", "history", "json", "latest", "rules", "sources"})
"""Sections (by anchor) that repeat what stands elsewhere."""
LONGEST = 300
"""Letters of a section that are kept: the answer stands first."""
_TAG = re.compile(r"<[^>]*>")


def trim(file: Path) -> None:
    """Takes out of an index the sections that lead nowhere, and of the others all but the beginning."""
    index = json.loads(file.read_text("utf-8"))
    index["docs"] = [_short(doc) for doc in index["docs"] if doc["location"].partition("#")[2] not in PASSED]
    file.write_text(json.dumps(index, ensure_ascii=False, separators=(",", ":")), "utf-8")


def _short(doc: dict[str, Any]) -> dict[str, Any]:
    text = " ".join(_TAG.sub(" ", doc["text"]).split())
    cut = text if len(text) <= LONGEST else text[:LONGEST].rpartition(" ")[0]
    return {**doc, "text": cut}
