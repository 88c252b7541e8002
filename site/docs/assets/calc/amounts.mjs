// The yearly amount of the payer, as the rule kind `amount-threshold` counts it. Money is counted in whole cents.
import { standing } from "./versions.mjs";

export const cents = (text) => Math.round(Number(text) * 100);
export const dollars = (number) => `${number < 0 ? "-" : ""}$${Math.floor(Math.abs(number) / 100).toLocaleString("en-US")}.${String(Math.abs(number) % 100).padStart(2, "0")}`;

// For each rule with a yearly amount for the discipline on a day: what is left of it before a line that brings `allowed` more, what the
// year comes to with it, and whether that is above the amount. Amounts are in cents.
export function yearly(rules, { on, discipline, used, allowed }) {
  return rules.flatMap((rule) => {
    const version = standing(rule, on);
    if (!version || version.settings.finds === "early") return [];
    const bucket = version.settings.buckets.find((one) => one.disciplines.includes(discipline));
    if (!bucket) return [];
    const [amount, total] = [cents(bucket.amount), used + allowed];
    const { modifier, finds } = version.settings;
    return [{ rule: rule.rule, amount, left: Math.max(amount - used, 0), total, above: total > amount, modifier: finds === "reached" ? null : modifier }];
  });
}
