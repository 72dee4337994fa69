/** Numbers as people read them. A missing one is a dash. */

export const NONE = "–";

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const compact = new Intl.NumberFormat("en", { notation: "compact", maximumSignificantDigits: 3 });

/** 1,797 */
export const count = (value) => (value == null ? NONE : whole.format(value));

/** 169K */
export const short = (value) => (value == null ? NONE : compact.format(value));

/** Four digits that matter: 0.09035, 12.4, 3.1e-7. */
export function figure(value) {
  if (value == null || !Number.isFinite(value)) return NONE;
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e6)) return Number(value.toPrecision(3)).toExponential().replace("e+", "e");
  return String(Number(value.toPrecision(4)));
}

/** Like `figure`, what is above zero with its sign. */
export const signed = (value) => (value > 0 ? `+${figure(value)}` : figure(value));

/** 96.6 %, 99.58 %, 100 %: what is not all of it never reads as all of it. */
export function percent(value) {
  if (value == null || !Number.isFinite(value)) return NONE;
  const digits = value > 0.99 && value < 1 ? 2 : 1;
  const rounded = Number((value * 100).toFixed(digits));
  return `${value < 1 ? Math.min(rounded, 99.99) : rounded} %`;
}

/** 155 kB */
export function bytes(value) {
  if (value == null) return NONE;
  const units = ["B", "kB", "MB", "GB", "TB"];
  const unit = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, value)) / 3));
  return `${Number((value / 1000 ** unit).toPrecision(3))} ${units[unit]}`;
}

/** 1 row, 2 rows */
export const counted = (value, one, many = `${one}s`) => `${count(value)} ${value === 1 ? one : many}`;
