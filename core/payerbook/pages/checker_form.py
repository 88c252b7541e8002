"""The form of the claim checker: the boxes of a CMS-1500 that rules look at, with their numbers; no name, no member number."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from payerbook.pages.markup import esc

THERAPISTS = {
    "225100000X": "a physical therapist",
    "225X00000X": "an occupational therapist",
    "235Z00000X": "a speech-language pathologist",
    "225200000X": "a physical therapist assistant",
    "224Z00000X": "an occupational therapy assistant",
}
"""Provider taxonomy codes (NUCC) of those who treat."""
_NPI = 'inputmode="numeric" pattern="[0-9]{10}" maxlength="10"'
_PLACE = 'inputmode="numeric" pattern="[0-9]{2}" maxlength="2"'
_FREQUENCY = (
    '<option value="1">a first claim</option><option value="7">7: a replacement</option><option value="8">8: a cancellation</option>'
)
_MONEY = 'type="number" min="0" step="0.01"'


def form(payers: str, codes: Mapping[str, Any]) -> str:
    """The form as HTML, folded; `payers` are the options of the payer, `codes` the codes on file with their labels."""
    listed = "".join(f'<option value="{code}">{esc(info.label)}</option>' for code, info in sorted(codes.items()))
    return (
        '<details class="pb-form"><summary>Or fill in a form, as on a CMS-1500</summary>\n<form data-part="form" autocomplete="off">\n'
        '<p class="pb-note">The numbers are those of the boxes on the paper form. What you leave empty counts as unknown.</p>\n'
        f'<div class="pb-fields">{"".join(_claim(payers))}</div>\n<datalist id="pc-codes">{listed}</datalist>\n'
        f'<div data-part="lines">{_line()}</div>\n'
        '<p><button type="button" class="md-button" data-part="add">Add a service line</button></p>\n'
        '<p><button class="md-button md-button--primary">Check what I typed</button></p>\n</form></details>\n'
    )


def _claim(payers: str) -> list[str]:
    therapists = "".join(f'<option value="{code}">{words}</option>' for code, words in THERAPISTS.items())
    return [
        _select("payer", "11c", "Payer", f'<option value="">Choose the payer</option>{payers}', "required"),
        _field("birth_date", "3", "Patient born on", 'type="date"'),
        _select("sex", "3", "Patient's sex", '<option value="">not said</option><option>F</option><option>M</option>'),
        _field("referring_npi", "17b", "Referring provider's NPI", _NPI),
        _field("diagnoses", "21", "Diagnoses A, B, C …", 'placeholder="M54.50, M25.561"'),
        _select("frequency_code", "22", "This claim is", _FREQUENCY),
        _field("original_reference", "22", "Payer's number of the first claim", ""),
        _field("authorization_number", "23", "Authorization number", ""),
        _field("place_of_service", "24B", "Place of service", f'{_PLACE} value="11"'),
        _field("rendering_npi", "24J", "Rendering provider's NPI", _NPI),
        _select("taxonomy", "", "Rendering provider is", f'<option value="">not said</option>{therapists}'),
        _field("claim_id", "26", "Claim number of your own", 'placeholder="FORM"'),
        _field("total_charge", "28", "Total charge $", _MONEY),
        _field("submitted_on", "31", "Sent on", 'type="date"'),
        _field("billing_npi", "33a", "Billing provider's NPI", _NPI),
    ]


def _line() -> str:
    cells = [
        _field("service_date", "24A", "Date of service", 'type="date" required'),
        _field("code", "24D", "Code", 'list="pc-codes" required pattern="[0-9A-Za-z]{5}" maxlength="5"'),
        _field("modifiers", "24D", "Modifiers", 'placeholder="GP, 59"'),
        _field("pointers", "24E", "Diagnosis pointer", 'placeholder="A, B" pattern="([A-La-l]|1?[0-9])([ ,;]+([A-La-l]|1?[0-9]))*"'),
        _field("charge", "24F", "Charge $", _MONEY),
        _field("units", "24G", "Units", 'type="number" min="0" step="any" value="1" required'),
        _field("minutes", "", "Minutes with the patient", 'type="number" min="0" max="1440"'),
        _field("assistant_minutes", "", "Of these by an assistant", 'type="number" min="0" max="1440"'),
    ]
    remove = '<button type="button" class="md-button" data-part="remove" hidden>Remove this line</button>'
    return f'<fieldset class="pb-line"><legend>Service line 1</legend><div class="pb-fields">{"".join(cells)}</div>{remove}</fieldset>'


def _label(box: str, words: str) -> str:
    return f'<span class="pb-boxno"><span class="pb-hidden">Box </span>{box}</span> {words}' if box else words


def _field(name: str, box: str, words: str, attributes: str) -> str:
    return f'<p><label>{_label(box, words)} <input name="{name}" {attributes}></label></p>'


def _select(name: str, box: str, words: str, options: str, attributes: str = "") -> str:
    return f'<p><label>{_label(box, words)} <select name="{name}" {attributes}>{options}</select></label></p>'
