// Visits of authorizations, as the engine judges them: each authorization alone, whatever another one holds. An authorization: status
// (approved, pending, denied), from, to, visits, used; null = it does not say.
import { plus } from "./dates.mjs";

const NEAR = ["undecided", "other-days", "used-up", "pending"];
const holds = (one, day) => (one.from === null || one.from <= day) && (one.to === null || day <= one.to);
const counted = (one) => one.visits !== null && one.used !== null;

export const left = (one) => (counted(one) ? Math.max(one.visits - one.used, 0) : null);

// Why an authorization does not cover a visit, or null; `days` are those of the visits from now on up to this one, the last of them.
function miss(one, days) {
  const day = days.at(-1);
  if (!["approved", "pending"].includes(one.status)) return "undecided";
  if (!holds(one, day)) return "other-days";
  if (counted(one) && one.used + days.filter((other) => holds(one, other)).length > one.visits) return "used-up";
  return one.status === "pending" ? "pending" : null;
}

// For each of the days in order, whether an authorization covers a visit on it: null, or what the nearest one lacks.
export function coverage(authorizations, days) {
  return days.map((_, place) => {
    const lacks = authorizations.map((one) => miss(one, days.slice(0, place + 1)));
    return lacks.includes(null) ? null : (NEAR.filter((fault) => lacks.includes(fault)).at(-1) ?? "none");
  });
}

// Days of the next visits at a pace, about evenly spread.
export const planned = (on, perWeek, number) => Array.from({ length: number }, (_, place) => plus(on, Math.floor((place * 7) / perWeek)));

// The next visits at a pace: how many are covered one after the other, the day of the last one, and the first that is not (null = all
// that were looked at are).
export function ahead(authorizations, on, perWeek, number = 400) {
  const days = planned(on, perWeek, number);
  const lacks = coverage(authorizations, days);
  const place = lacks.findIndex((fault) => fault !== null);
  const many = place < 0 ? number : place;
  return { covered: many, until: many ? days[many - 1] : null, first: place < 0 ? null : { day: days[place], fault: lacks[place] } };
}
