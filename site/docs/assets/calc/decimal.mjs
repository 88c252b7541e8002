// Exact decimal numbers, because cents must not drift: a whole number of units of 10^-places. Results of times and plus are never rounded.
const shifted = (one, places) => one.units * 10n ** BigInt(places - one.places);

// A number from its text, such as "0.45" or "1"; at most digits and a point.
export function decimal(text) {
  const [whole, part = ""] = String(text).split(".");
  return { units: BigInt(whole + part), places: part.length };
}

export const times = (one, other) => ({ units: one.units * other.units, places: one.places + other.places });

export function plus(one, other) {
  const places = Math.max(one.places, other.places);
  return { units: shifted(one, places) + shifted(other, places), places };
}

export const minus = (one, other) => plus(one, { ...other, units: -other.units });
export const above = (one, other) => minus(one, other).units > 0n;
export const least = (one, other) => (above(one, other) ? other : one);

// A number that is not negative, rounded to cents, half up.
export function cents(one) {
  if (one.places <= 2) return { units: shifted(one, 2), places: 2 };
  const scale = 10n ** BigInt(one.places - 2);
  return { units: (one.units + scale / 2n) / scale, places: 2 };
}

export function text({ units, places }) {
  const digits = String(units < 0n ? -units : units).padStart(places + 1, "0");
  const whole = places ? `${digits.slice(0, -places)}.${digits.slice(-places)}` : digits;
  return units < 0n ? `-${whole}` : whole;
}
