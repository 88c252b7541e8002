// The version of a rule that stands on a day: the one that began last, none once it has ended. Versions are listed in the order in which
// they began and were corrected.
export function standing(rule, day) {
  const version = rule.versions.filter((one) => one.from <= day).at(-1);
  return !version || version.hole || (version.to && version.to < day) ? null : version;
}
