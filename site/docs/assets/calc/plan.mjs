// Days of a plan of care: what is due for its certification and how long that lasts, as the rule kinds of those names count.
import { after, earliest, plus } from "./dates.mjs";

// What is due for the first certification of a plan; `start` is the first treatment day, `verbal` that of a verbal certification or null.
export function certification(settings, start, verbal) {
  const dues = [{ what: "certification of the plan of care", due: plus(start, settings.days) }];
  if (verbal) dues.push({ what: "signature after the verbal certification", due: plus(verbal, settings.verbal_days) });
  if (settings.order_instead) {
    dues.push({ what: "sending the plan to the physician who signed the order", due: plus(start, settings.sent_days) });
  }
  return dues;
}

// The last day that the certification covers: the duration of the plan (days or null) or the longest time allowed, whichever ends first.
export function recertification(settings, start, duration) {
  const longest = settings.max_months ? after(start, { months: settings.max_months }) : plus(start, settings.max_days);
  return [{ what: "recertification of the plan of care", due: duration === null ? longest : earliest([plus(start, duration), longest]) }];
}

export const KINDS = {
  certification: (settings, { start, verbal }) => (settings.finds === "late" ? [] : certification(settings, start, verbal)),
  recertification: (settings, { start, duration }) => recertification(settings, start, duration),
};

// Treatment days until the progress report is due at the latest, 0 = it is due; `days` were treated since the last report or the start.
export const progress = (settings, days) => Math.max(settings.every - days, 0);
