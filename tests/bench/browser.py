"""What a reader waits for in Chromium: the answer of a page, the card above a search, the start of the claim checker and its first claim.

The yardsticks are pages of the same server in the same browser: an empty one, and one that starts Python and nothing else.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from tests.bench.measure import Row, at_most
from tests.browser import CHROMIUM, chromium, served

from payerbook.pages.build import build

ROUNDS = 5
TODAY = date(2026, 11, 21)
ROOT = Path(__file__).parents[2]
PYODIDE = ROOT / "tests" / "pyodide" / "node_modules"
CODE = "97140"
EMPTY = "bench/empty.html"
ALONE = "bench/python.html"
PAGES = {
    EMPTY: '<!doctype html><html lang="en"><title>Empty</title><p class="nothing">Nothing.</p></html>',
    ALONE: '<!doctype html><html lang="en"><title>Python</title><script type="module" src="python.mjs"></script></html>',
    "bench/python.mjs": """
const source = new Blob([`
  import { loadPyodide } from "${new URL("../assets/checker/pyodide.mjs", import.meta.url)}";
  const python = await loadPyodide({ indexURL: "${new URL("../assets/checker/", import.meta.url)}" });
  self.postMessage(python.runPython("1 + 1"));
`], { type: "text/javascript" });
const worker = new Worker(URL.createObjectURL(source), { type: "module" });
worker.onmessage = () => document.body.insertAdjacentHTML("beforeend", '<p class="started">Started.</p>');
""",
}
"""What is put beside the built site to compare with."""
WATCH = """(wanted) => {
  self.since = 0;
  self.seen = {};
  for (const kind of ["click", "input"]) addEventListener(kind, (event) => { if (event.isTrusted) self.since = performance.now(); }, true);
  const look = () => {
    for (const [name, selector] of Object.entries(wanted)) {
      if (!(name in seen) && document.querySelector(selector)?.getClientRects().length) seen[name] = performance.now() - since;
    }
    requestAnimationFrame(look);
  };
  look();
}"""
"""Notes when something is first on the screen: milliseconds since the page was asked for, or since the last click or typing."""
SEEN = {
    "nothing": ".nothing",
    "answer": ".pb-is",
    "card": ".pb-found-card",
    "started": ".started",
    "ready": "#pb-checker[data-ready=yes]",
    "result": "#results",
}
"""What is looked for, as selectors: `.pb-is` is the mark of an answer."""

Act = Callable[[Any], None]


def rows() -> list[Row]:
    """Wall time with an empty cache, on a site of all packs."""
    if CHROMIUM is None or not PYODIDE.is_dir():
        raise SystemExit("This part needs Chromium and Pyodide; run `make pyodide`.")
    with tempfile.TemporaryDirectory() as made:
        site = Path(made) / "site"
        build(site, today=TODAY, base_url="https://rules.example", pyodide=PYODIDE)
        return measured(site)


def measured(site: Path) -> list[Row]:
    """The rows of a built site that holds the claim checker; puts `PAGES` beside it."""
    (site / EMPTY).parent.mkdir(exist_ok=True)
    for name, text in PAGES.items():
        (site / name).write_text(text, "utf-8")
    asked: dict[str, tuple[str, Act, tuple[str, ...]]] = {
        "empty": (EMPTY, _wait("nothing"), ("nothing",)),
        "page": (f"code/{CODE}/", _wait("answer"), ("answer",)),
        "search": ("", _search, ("card",)),
        "python": (ALONE, _wait("started"), ("started",)),
        "checker": ("check/", _check, ("ready", "first", "again")),
    }
    best: dict[str, float] = {}
    with served(site) as server, chromium() as browser:
        for _ in range(ROUNDS):
            for name, (address, act, told) in asked.items():
                seen = _seen(browser, f"{server.url}{address}", act)
                for one in told:
                    best[f"{name} {one}"] = min(best.get(f"{name} {one}", float("inf")), seen[one] / 1000)
    return [
        at_most(f"load the page of {CODE} until its answer is on the screen / an empty page", best["empty nothing"], best["page answer"]),
        at_most(
            "first search: `97530 97140` typed until the card with the answer / an empty page", best["empty nothing"], best["search card"]
        ),
        at_most(
            "press Check until the claim checker is ready / Python for WebAssembly alone", best["python started"], best["checker ready"]
        ),
        at_most("the first claim after that / the same claim again", best["checker again"], best["checker first"]),
    ]


def _seen(browser: Any, address: str, act: Act) -> dict[str, float]:
    """Milliseconds until each thing was on the screen, in a browser profile of its own."""
    context = browser.new_context()
    try:
        page = context.new_page()
        page.set_default_timeout(120_000)
        page.add_init_script(f"({WATCH})({SEEN})")
        page.goto(address, wait_until="commit")
        act(page)
        seen: dict[str, float] = page.evaluate("() => self.seen")
        return seen
    finally:
        context.close()


def _wait(name: str) -> Act:
    return lambda page: page.wait_for_function(f"() => '{name}' in self.seen")


def _search(page: Any) -> None:
    page.wait_for_load_state("load")
    page.locator("[data-md-component=search-query]").fill("97530 97140")
    _wait("card")(page)


def _check(page: Any) -> None:
    page.wait_for_selector("[data-part=ui]:not([hidden])")
    page.fill("[data-part=text]", (ROOT / "tests" / "bench" / "claim.json").read_text("utf-8"))
    page.click("[data-part=check]")
    _wait("result")(page)
    page.evaluate("() => { self.first = self.seen; document.querySelector('[data-part=results]').replaceChildren(); self.seen = {}; }")
    page.click("[data-part=check]")
    _wait("result")(page)
    page.evaluate("() => { const { ready, result } = self.first; self.seen = { ready, first: result - ready, again: self.seen.result }; }")
