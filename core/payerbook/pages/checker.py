"""The page of the claim checker, `/check/`: ways to bring claims in; what it runs on is put beside it by `runtime`."""

from __future__ import annotations

from collections.abc import Iterator

from payerbook.pages import checker_form
from payerbook.pages.catalog import Catalog
from payerbook.pages.markup import esc

PAGE = "check/index.md"
SAMPLES = {
    "claims.json": "Five visits as JSON: units, the KX threshold, one in order, one with little on it",
    "batch-837p.x12": "A batch of nineteen claims as an 837P",
    "claims.csv": "Four claims as a table (CSV), as a practice system exports them",
    "claims.jsonl": "Four claims as JSON Lines",
    "as-typed.json": "Two claims as somebody typed them: what payerbook corrects by itself",
}
"""Sample claims that the page offers, and what they are."""
READABLE = "837P, 837I, CSV, FHIR claims, claim JSON or JSON Lines"
"""What can be brought in, as billers call it."""


def pages(catalog: Catalog) -> Iterator[tuple[str, str]]:
    """The page of the checker, as (path, Markdown)."""
    yield PAGE, "\n".join(_page(catalog)) + "\n"


def _page(catalog: Catalog) -> Iterator[str]:
    yield '---\ntitle: Check a claim\ndescription: "Check a therapy claim in the browser; nothing is sent."'
    yield "modules: [checker/page.mjs]\nchecker: true\nhide: [toc]\n---\n"
    yield "# Check a claim\n"
    yield '<div class="pb-answer" markdown="1">\n'
    yield (
        "The checker runs **inside this page**. A claim that you paste, drop or type stays in this browser tab: it is not sent "
        "anywhere, not stored, and gone when the tab is closed. It finds what payerbook's rules know, each finding with its source; "
        "names and member numbers are not needed. Not legal or billing advice.\n"
    )
    yield "</div>\n"
    yield "<noscript>\n<p>The checker needs JavaScript. Without it, check claims on your own machine: "
    yield "<code>payerbook check FILE</code>.</p>\n</noscript>\n"
    payers = _payers(catalog)
    yield f'<div id="pb-checker" data-root="../" data-search-exclude>\n<div data-part="ui" hidden>\n{_ways_in()}'
    yield f"{checker_form.form(payers, catalog.codes)}{_asking(payers)}\n</div>"
    yield '<div data-part="results" role="region" aria-label="Results" tabindex="-1"></div>\n</div>\n'
    yield '<div class="pb-trust" markdown="1">\n\n## How this can be trusted\n'
    yield (
        "- The page may load files of this site only, and that only until the checker has started (15 MB, once; about 7 MB where the host "
        "compresses). Then it works with the network off: try it.\n"
        "- The rules are the ones on these pages, the program is the one of the command line (`payerbook check`), and both give the same "
        "reports to the byte.\n"
        "- What could not be checked is listed, never passed quietly. No finding is not a promise of payment.\n"
    )
    yield "</div>\n"


def _ways_in() -> str:
    samples = "".join(f'<option value="{name}">{esc(words)}</option>' for name, words in SAMPLES.items())
    return (
        '<div class="pb-drop" data-part="drop">\n<h2 id="claims">Your claims</h2>\n'
        '<p><label for="pc-file">Choose files, or drop them here</label> '
        '<input id="pc-file" type="file" multiple data-part="file" aria-describedby="pc-formats"></p>\n'
        f'<p class="pb-note" id="pc-formats">{READABLE}. What a file is, is seen from its content.</p>\n'
        '<p><label for="pc-sample">Or try a sample</label> <select id="pc-sample" data-part="sample">'
        f'<option value="">Choose a sample …</option>{samples}</select></p>\n'
        '<ul class="pb-held" data-part="held" aria-label="Files in the page"></ul>\n'
        '<p><label for="pc-text">Or paste claims</label></p>\n'
        '<textarea id="pc-text" data-part="text" rows="6" spellcheck="false" autocomplete="off" aria-describedby="pc-formats"></textarea>\n'
        "</div>"
    )


def _asking(payers: str) -> str:
    return (
        '<div class="pb-fields pb-wide">\n'
        f'<p><label for="pc-payer">Check by the rules of</label> <select id="pc-payer" data-part="payer">'
        f'<option value="">the payer that the claim names</option>{payers}</select></p>\n'
        '<p><label for="pc-today">Today</label> <input id="pc-today" type="date" data-part="today"></p>\n</div>\n'
        '<p><button type="button" class="md-button md-button--primary" data-part="check">Check</button> '
        '<button type="button" class="md-button" data-part="cancel" hidden>Cancel</button> '
        '<button type="button" class="md-button" data-part="clear">Clear everything</button></p>\n'
        '<p role="status" data-part="status" class="pb-status"></p>\n'
        '<p class="pb-progress" data-part="loading" hidden><progress data-part="bar" aria-label="Progress"></progress> '
        '<span data-part="amount"></span></p>'
    )


def _payers(catalog: Catalog) -> str:
    heads = sorted((pack.head for pack in catalog.packs if pack.head.payer), key=lambda head: head.title)
    return "".join(f'<option value="{esc(head.id)}">{esc(head.title)}</option>' for head in heads)
