const UNITS = [
  ['day', 24 * 60 * 60],
  ['hour', 60 * 60],
  ['minute', 60],
  ['second', 1],
] as const;

const FORMAT = new Intl.RelativeTimeFormat('en');

/** How long ago a time was, in the largest unit that it fills: "3 hours ago". @param nowMs since 1970, as `timeMs` */
export function ago(timeMs: number, nowMs = Date.now()): string {
  const seconds = Math.max(0, Math.floor((nowMs - timeMs) / 1000));
  const [unit, length] = UNITS.find(([, each]) => seconds >= each) ?? UNITS[3];
  return FORMAT.format(-Math.floor(seconds / length), unit);
}
