// Which version of a rule stands on a day, and whether it looks at a service. Versions are listed in the order in which they began and
// were corrected.
const begun = (rule, day) => rule.versions.filter((one) => one.from <= day).at(-1);
const ended = (version, day) => Boolean(version.to) && version.to < day;

// The version that began last; null once it has ended, and where nothing is on file.
export function standing(rule, day) {
  const version = begun(rule, day);
  return !version || version.hole || rule.hold || ended(version, day) ? null : version;
}

// Why nobody knows what the rule says of a day; null when one does, or when the rule did not bind then.
export function unread(rule, day) {
  const version = begun(rule, day);
  if (!version) return rule.versions[0].attested ? `The sources prove this rule only from ${rule.versions[0].from} on.` : null;
  if (ended(version, day)) return null;
  return version.hole ?? (rule.hold ? `The rule is on hold: ${rule.hold}` : null);
}

// Whether a version looks at a service; what a condition asks for and the service does not say is met.
export function meets(version, { type, sequence, code, modifiers }) {
  if (type && version.claim_types && !version.claim_types.includes(type)) return false;
  if (sequence && version.payer_sequences && !version.payer_sequences.includes(sequence)) return false;
  if (code && ((version.codes && !version.codes.includes(code)) || version.not_codes?.includes(code))) return false;
  if (!modifiers) return true;
  return (!version.modifiers_any || modifiers.some((one) => version.modifiers_any.includes(one))) && !modifiers.some((one) => version.modifiers_none?.includes(one));
}

// The rules of which nobody knows what they say of the day that they go by, with the reason; `decided` may be null.
export function gaps(rules, service, decided = null) {
  return rules.flatMap((rule) => {
    const day = rule.basis === "processed-date" ? decided : service;
    const reason = day && unread(rule, day);
    return reason ? [{ rule, day, reason }] : [];
  });
}
