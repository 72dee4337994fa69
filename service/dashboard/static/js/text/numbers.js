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
  if (size !== 0 && (size < 1e-4 || size >= 1e6)) return value.toExponential(2).replace("e+", "e");
  return String(Number(value.toPrecision(4)));
}

/** 96.6 % */
export function percent(value) {
  if (value == null || !Number.isFinite(value)) return NONE;
  const digits = value > 0.99 && value < 1 ? 2 : 1;
  return `${(value * 100).toFixed(value === 1 ? 0 : digits)} %`;
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
