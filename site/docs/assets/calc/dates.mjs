// Days and the periods that payers count, as `payerbook.calendar` does; days are texts YYYY-MM-DD.
const DAY = 86_400_000;
const number = (day) => Date.parse(`${day}T00:00:00Z`) / DAY;
const text = (days) => new Date(days * DAY).toISOString().slice(0, 10);

export const plus = (day, days) => text(number(day) + days);
export const between = (start, end) => number(end) - number(start);
// 0 = Monday, as Python counts.
export const weekday = (day) => (((number(day) + 3) % 7) + 7) % 7;
export const latest = (days) => days.reduce((one, other) => (one > other ? one : other));
export const earliest = (days) => days.reduce((one, other) => (one < other ? one : other));

// The day a period after `start`; a day that its month does not have becomes the month's last.
export function after(start, { years = 0, months = 0, days = 0 }) {
  const [year, month, day] = start.split("-").map(Number);
  const count = month - 1 + months + 12 * years;
  const [inYear, inMonth] = [year + Math.floor(count / 12), count % 12];
  const last = new Date(Date.UTC(inYear, inMonth + 1, 0)).getUTCDate();
  return plus(text(Date.UTC(inYear, inMonth, Math.min(day, last)) / DAY), days);
}

// The day so many business days (Monday to Friday) later; public holidays are not known.
export function businessDaysAfter(start, days) {
  let day = start;
  for (let left = days; left; ) {
    day = plus(day, 1);
    if (weekday(day) < 5) left -= 1;
  }
  return day;
}
