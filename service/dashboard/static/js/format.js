/** Numbers and times for people. */

export const whole = (value) => (value == null ? "–" : Math.round(value).toLocaleString("en"));
export const percent = (value) => (value == null ? "–" : `${(100 * value).toFixed(1)} %`);

/** Four significant digits. */
export function number(value) {
  if (value == null) return "–";
  const size = Math.abs(value);
  return size !== 0 && (size < 1e-3 || size >= 1e6) ? value.toExponential(3) : String(+value.toPrecision(4));
}

/** 75 s as "1 min 15 s". */
export function duration(seconds) {
  if (seconds == null) return "–";
  if (seconds < 60) return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${(minutes / 60).toFixed(1)} h`;
}

/** How long ago an ISO time was. */
export const ago = (iso) => (iso ? `${duration(Math.max(0, (Date.now() - Date.parse(iso)) / 1000))} ago` : "–");
export const clock = (iso) => new Date(iso).toLocaleTimeString("en-GB");

/** 2,097,152 bytes as "2.1 MB". */
export function bytes(size) {
  for (const unit of ["B", "kB", "MB", "GB"]) {
    if (size < 1000) return `${+size.toPrecision(3)} ${unit}`;
    size /= 1000;
  }
  return `${+size.toPrecision(3)} TB`;
}
