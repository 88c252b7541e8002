// A yearly amount, and the visits of an authorization. Money is counted in whole cents.
export const cents = (text) => Math.round(Number(text) * 100);
export const dollars = (number) => `${number < 0 ? "-" : ""}$${Math.floor(Math.abs(number) / 100).toLocaleString("en-US")}.${String(Math.abs(number) % 100).padStart(2, "0")}`;

// What is left of the amount before a service, and whether the line that brings `allowed` more needs the modifier: it does once the total
// is above the amount.
export function threshold(amount, used, allowed) {
  const total = used + allowed;
  return { left: Math.max(amount - used, 0), total, above: total > amount };
}

// Visits left of an authorization, and how many weeks they last; null weeks = no pace was given.
export function visits(approved, used, perWeek) {
  const left = Math.max(approved - used, 0);
  return { left, weeks: perWeek > 0 ? Math.ceil(left / perWeek) : null };
}
