const MS_OF_S = 1000;
const S_OF_MIN = 60;

/** A length of time as people read it: `12 ms`, `1.5 s`, `2 min 5 s`. */
export function formatDuration(ms: number): string {
  const rounded = Math.round(ms);
  if (rounded < MS_OF_S) return `${rounded} ms`;
  const seconds = (rounded / MS_OF_S).toFixed(1);
  if (Number(seconds) < S_OF_MIN) return `${seconds} s`;
  const whole = Math.round(rounded / MS_OF_S);
  return `${Math.floor(whole / S_OF_MIN)} min ${whole % S_OF_MIN} s`;
}
