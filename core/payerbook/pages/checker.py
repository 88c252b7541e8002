"""The page of the claim checker, `/check/`: ways to bring a claim in; what it runs on is put beside it by `runtime`."""

from __future__ import annotations

from collections.abc import Iterator

from payerbook.pages.catalog import Catalog
from payerbook.pages.markup import esc

PAGE = "check/index.md"
SAMPLES = {
    "claims.json": "Five visits as JSON: units, the KX threshold, one in order, one with little on it",
    "batch-837p.x12": "A batch of nineteen claims as an 837P",
    "claims.jsonl": "Four claims as JSON Lines",
}
"""Sample claims that the page offers, and what they are."""
THERAPISTS = {
    "225100000X": "a physical therapist",
    "225X00000X": "an occupational therapist",
    "235Z00000X": "a speech-language pathologist",
    "225200000X": "a physical therapist assistant",
    "224Z00000X": "an occupational therapy assistant",
}
"""Provider taxonomy codes (NUCC) of those who treat."""
SEXES = '<option value="">not said</option><option>F</option><option>M</option>'


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
        "names and member numbers are not needed.\n"
    )
    yield "</div>\n"
    yield "<noscript>\n<p>The checker needs JavaScript. Without it, check claims on your own machine:"
    yield "<code>payerbook check FILE</code>.</p>\n</noscript>\n"
    yield f'<div id="pb-checker" data-root="../" data-search-exclude>\n<div data-part="ui" hidden>\n{_ways_in()}\n{_form(catalog)}'
    yield f"{_asking(catalog)}\n</div>"
    yield '<div data-part="results" role="region" aria-label="Results" tabindex="-1"></div>\n</div>\n'
    yield "## How this can be trusted\n"
    yield (
        "- The page may load files of this site only, and that only until the checker has started (15 MB, once; about 7 MB where the host "
        "compresses). Then it works with the network off: try it.\n"
        "- The rules are the ones on these pages, the program is the one of the command line (`payerbook check`), and both give the same "
        "reports to the byte.\n"
        "- What could not be checked is listed, never passed quietly. No finding is not a promise of payment.\n"
    )


def _ways_in() -> str:
    samples = "".join(f'<option value="{name}">{esc(words)}</option>' for name, words in SAMPLES.items())
    return (
        '<div class="pb-drop" data-part="drop">\n<h2 id="claim">Your claim</h2>\n'
        '<p><label for="pc-sample">Try a sample</label> <select id="pc-sample" data-part="sample">'
        f'<option value="">Choose a sample …</option>{samples}</select></p>\n'
        '<p><label for="pc-file">Choose a file, or drop one here</label> <input id="pc-file" type="file" data-part="file"></p>\n'
        '<p><label for="pc-text">Or paste an 837P, an 837I, claim JSON or JSON Lines</label></p>\n'
        '<textarea id="pc-text" data-part="text" rows="9" spellcheck="false" autocomplete="off"></textarea>\n</div>'
    )


def _asking(catalog: Catalog) -> str:
    return (
        '<div class="pb-fields">\n'
        f'<p><label for="pc-payer">Payer</label> <select id="pc-payer" data-part="payer">'
        f'<option value="">As the claim says</option>{_payers(catalog)}</select></p>\n'
        '<p><label for="pc-today">Today</label> <input id="pc-today" type="date" data-part="today"></p>\n</div>\n'
        '<p><button type="button" class="md-button md-button--primary" data-part="check">Check</button> '
        '<button type="button" class="md-button" data-part="clear">Clear everything</button></p>\n'
        '<p role="status" data-part="status" class="pb-status"></p>\n'
        '<p data-part="actions" class="pb-actions" hidden>'
        '<button type="button" class="md-button" data-part="save">Save the report (JSON)</button> '
        '<button type="button" class="md-button" data-part="print">Print</button></p>'
    )


def _payers(catalog: Catalog) -> str:
    heads = sorted((pack.head for pack in catalog.packs if pack.head.payer), key=lambda head: head.title)
    return "".join(f'<option value="{esc(head.id)}">{esc(head.title)}</option>' for head in heads)


def _form(catalog: Catalog) -> str:
    codes = "".join(f'<option value="{code}">{esc(info.label)}</option>' for code, info in sorted(catalog.codes.items()))
    therapists = "".join(f'<option value="{code}">{words}</option>' for code, words in THERAPISTS.items())
    fields = [
        f'<p><label>Payer <select name="payer" required>{_payers(catalog)}</select></label></p>',
        _field("claim_id", "Claim number", 'placeholder="FORM"'),
        _field("submitted_on", "Sent on", 'type="date"'),
        _field("place_of_service", "Place of service", 'inputmode="numeric" pattern="[0-9]{2}" maxlength="2" value="11"'),
        _field("diagnoses", "Diagnoses (ICD-10-CM), with commas", 'placeholder="M54.50, M25.561"'),
        _field("birth_date", "Patient born on", 'type="date"'),
        f'<p><label>Patient sex <select name="sex">{SEXES}</select></label></p>',
        _field("billing_npi", "Billing provider NPI", 'inputmode="numeric"'),
        _field("rendering_npi", "Rendering provider NPI", 'inputmode="numeric"'),
        f'<p><label>Rendering provider is <select name="taxonomy"><option value="">not said</option>{therapists}</select></label></p>',
        _field("referring_npi", "Referring provider NPI", 'inputmode="numeric"'),
        _field("authorization_number", "Authorization number", ""),
    ]
    cells = [
        _field("service_date", "Date of service", 'type="date" required'),
        _field("code", "Code", 'list="pc-codes" required pattern="[0-9A-Za-z]{5}" maxlength="5"'),
        _field("modifiers", "Modifiers", 'placeholder="GP, 59"'),
        _field("units", "Units", 'type="number" min="0" step="any" value="1" required'),
        _field("minutes", "Minutes", 'type="number" min="0" max="1440"'),
        _field("charge", "Charge $", 'type="number" min="0" step="0.01"'),
        _field("pointers", "Diagnosis pointers", 'placeholder="1, 2"'),
    ]
    return (
        '<details class="pb-form"><summary>Or fill in a form</summary>\n<form data-part="form" autocomplete="off">\n'
        f'<div class="pb-fields">{"".join(fields)}</div>\n<datalist id="pc-codes">{codes}</datalist>\n'
        f'<fieldset><legend>Service lines</legend><div data-part="lines"><div class="pb-fields pb-line">{"".join(cells)}</div></div>\n'
        '<button type="button" class="md-button" data-part="add">Add a line</button></fieldset>\n'
        '<p><button class="md-button md-button--primary">Check what I typed</button></p>\n</form></details>\n'
    )


def _field(name: str, words: str, attributes: str) -> str:
    return f'<p><label>{words} <input name="{name}" {attributes}></label></p>'
