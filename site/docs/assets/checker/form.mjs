// The form of the claim checker: fields named in the words of the CMS-1500 become a claim in payerbook's own form.
const list = (text) => text.split(/[\s,;]+/).filter(Boolean).map((word) => word.toUpperCase());
const number = (text) => (text === "" ? undefined : Number(text));
const money = (text) => (text === "" ? undefined : Number(text).toFixed(2));

// What was left empty stays out of the claim: unknown, not assumed.
function given(fields) {
  const held = Object.entries(fields).filter(([, value]) => value !== undefined && value !== "" && !(Array.isArray(value) && !value.length));
  return held.length ? Object.fromEntries(held) : undefined;
}

export function claim(form) {
  const field = (name) => form.elements[name].value.trim();
  const lines = [...form.querySelectorAll("[data-part=lines] > *")].map((row, place) => {
    const cell = (name) => row.querySelector(`[name=${name}]`).value.trim();
    return {
      number: place + 1,
      service_date: cell("service_date"),
      code: cell("code").toUpperCase(),
      modifiers: list(cell("modifiers")),
      units: number(cell("units")) ?? 1,
      ...given({
        minutes: number(cell("minutes")),
        diagnosis_pointers: list(cell("pointers")).map(Number),
        charge: money(cell("charge")),
      }),
    };
  });
  return {
    schema_version: "1",
    claim_id: field("claim_id") || "FORM",
    payer: field("payer"),
    ...given({
      submitted_on: field("submitted_on"),
      patient: given({ birth_date: field("birth_date"), sex: field("sex") }),
      billing_provider: given({ npi: field("billing_npi") }),
      rendering_provider: given({ npi: field("rendering_npi"), taxonomy: field("taxonomy") }),
      referring_provider: given({ npi: field("referring_npi") }),
      place_of_service: field("place_of_service"),
      diagnoses: list(field("diagnoses")),
      authorization_number: field("authorization_number"),
    }),
    lines,
  };
}
