// The form of the claim checker: boxes of the CMS-1500 become a claim in payerbook's own form; its service lines come and go.
const list = (text) => text.split(/[\s,;]+/).filter(Boolean).map((word) => word.toUpperCase());
const number = (text) => (text === "" ? undefined : Number(text));
const money = (text) => (text === "" ? undefined : Number(text).toFixed(2));
// The paper form points to diagnoses with letters, the 837 with numbers.
const pointer = (word) => (/^[A-L]$/.test(word) ? word.charCodeAt(0) - 64 : Number(word));

// What was left empty stays out of the claim: unknown, not assumed.
function given(fields) {
  const held = Object.entries(fields).filter(([, value]) => value !== undefined && value !== "" && !(Array.isArray(value) && !value.length));
  return held.length ? Object.fromEntries(held) : undefined;
}

function line(row, place) {
  const cell = (name) => row.querySelector(`[name=${name}]`).value.trim();
  return {
    number: place + 1,
    service_date: cell("service_date"),
    code: cell("code").toUpperCase(),
    modifiers: list(cell("modifiers")),
    units: number(cell("units")),
    ...given({
      minutes: number(cell("minutes")),
      assistant_minutes: number(cell("assistant_minutes")),
      diagnosis_pointers: list(cell("pointers")).map(pointer),
      charge: money(cell("charge")),
    }),
  };
}

export function claim(form) {
  const field = (name) => form.elements[name].value.trim();
  return {
    schema_version: "1",
    claim_id: field("claim_id") || "FORM",
    payer: field("payer"),
    claim_type: "professional",
    frequency_code: field("frequency_code"),
    ...given({
      original_reference: field("original_reference"),
      submitted_on: field("submitted_on"),
      patient: given({ birth_date: field("birth_date"), sex: field("sex") }),
      billing_provider: given({ npi: field("billing_npi") }),
      rendering_provider: given({ npi: field("rendering_npi"), taxonomy: field("taxonomy") }),
      referring_provider: given({ npi: field("referring_npi") }),
      place_of_service: field("place_of_service"),
      diagnoses: list(field("diagnoses")),
      authorization_number: field("authorization_number"),
      total_charge: money(field("total_charge")),
    }),
    lines: [...rows(form).children].map(line),
  };
}

const rows = (form) => form.querySelector("[data-part=lines]");

function numbered(form) {
  const all = [...rows(form).children];
  for (const [place, row] of all.entries()) {
    row.querySelector("legend").textContent = `Service line ${place + 1}`;
    row.querySelector("[data-part=remove]").hidden = all.length === 1;
  }
}

// Another line for the same day, to be filled in.
export function add(form) {
  const row = rows(form).lastElementChild.cloneNode(true);
  for (const field of row.querySelectorAll("input")) if (field.name !== "service_date") field.value = field.defaultValue;
  rows(form).append(row);
  numbered(form);
  row.querySelector("[name=code]").focus();
}

export function remove(form, row) {
  const next = row.nextElementSibling ?? row.previousElementSibling;
  row.remove();
  numbered(form);
  next.querySelector("input").focus();
}

// The form as it was at first.
export function reset(form) {
  form.reset();
  rows(form).replaceChildren(rows(form).firstElementChild);
  numbered(form);
}
