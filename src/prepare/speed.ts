/** How fast a model was on this host, in one run. */
export interface MeasuredSpeed {
  readonly at: Date;
  readonly model: string;
  readonly quantisation?: string | undefined;
  /** See `tokenBytes` of `ModelInfo`. */
  readonly tokenBytes: number;
  readonly tokPerS: number;
  /** Of the guest. */
  readonly arch: string;
  readonly accel: string;
  /** What it was measured with, in words: runs with the same are of one kind. */
  readonly setting: string;
}

/** What a model's speed is computed from. */
export interface SpeedSubject {
  readonly tokenBytes: number;
  readonly quantisation?: string | undefined;
}

/** How fast a model will be about, and how that is known. */
export interface SpeedEstimate {
  readonly lowTokPerS: number;
  readonly highTokPerS: number;
  /** The models that were measured, and in how many runs. */
  readonly models: readonly string[];
  readonly runs: number;
  readonly accel: string;
}

/** Models so many times larger or smaller say nothing: what else a token takes then counts for more. */
const MOST_TIMES = 8;

/** How far runs of one model differ from one another on a host that is in use. */
const LEAST_DEVIATION = 0.1;
/** What each doubling of the size adds, and another quantisation, which is another way to compute. */
const DEVIATION_PER_DOUBLING = 0.1;
const DEVIATION_OF_QUANTISATION = 0.25;

/**
 * How fast a model will generate, from those that were measured: a processor reads all weights for each
 * token, so a model of twice the bytes is half as fast. Of each model that was measured its fastest setting
 * counts. Those under the accelerator, and of the architecture, that were measured last are taken.
 *
 * @returns undefined where nothing was measured, or nothing of about its size
 */
export function estimateSpeed(
  subject: SpeedSubject,
  measured: readonly MeasuredSpeed[],
): SpeedEstimate | undefined {
  if (!(subject.tokenBytes > 0)) return undefined;
  const usable = measured.filter(({ tokenBytes, tokPerS }) => {
    const times = Math.max(tokenBytes / subject.tokenBytes, subject.tokenBytes / tokenBytes);
    return tokenBytes > 0 && tokPerS > 0 && times <= MOST_TIMES;
  });
  const [first, ...others] = usable;
  if (!first) return undefined;
  const last = others.reduce((latest, each) => (each.at >= latest.at ? each : latest), first);
  const alike = usable.filter(({ arch, accel }) => arch === last.arch && accel === last.accel);
  const ranges = [...groupBy(alike, modelKey).values()].map((runs) => rangeOf(subject, runs));
  return {
    lowTokPerS: Math.min(...ranges.map(({ low }) => low)),
    highTokPerS: Math.max(...ranges.map(({ high }) => high)),
    models: [...new Set(alike.map(({ model }) => model))],
    runs: alike.length,
    accel: last.accel,
  };
}

const modelKey = ({ model, tokenBytes }: MeasuredSpeed): string => `${tokenBytes} ${model}`;

/** @param runs of one model */
function rangeOf(
  subject: SpeedSubject,
  runs: readonly MeasuredSpeed[],
): { readonly low: number; readonly high: number } {
  const { tokenBytes, quantisation } = runs[0]!;
  const settings = [...groupBy(runs, ({ setting }) => setting).values()];
  const fastest = Math.max(...settings.map((ofSetting) => medianSpeed(ofSetting)));
  const speed = (fastest * tokenBytes) / subject.tokenBytes;
  const doublings = Math.abs(Math.log2(tokenBytes / subject.tokenBytes));
  const isOther = quantisation !== subject.quantisation;
  const deviation =
    LEAST_DEVIATION +
    DEVIATION_PER_DOUBLING * doublings +
    (isOther ? DEVIATION_OF_QUANTISATION : 0);
  return { low: speed * (1 - deviation), high: speed * (1 + deviation) };
}

function medianSpeed(runs: readonly MeasuredSpeed[]): number {
  const speeds = runs.map(({ tokPerS }) => tokPerS).sort((a, b) => a - b);
  const middle = Math.floor(speeds.length / 2);
  return speeds.length % 2 === 1 ? speeds[middle]! : (speeds[middle - 1]! + speeds[middle]!) / 2;
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    groups.set(key, [...(groups.get(key) ?? []), item]);
  }
  return groups;
}

/** As a person reads it: "about 12 to 18 tokens/s", with two digits. */
export function describeSpeed({ lowTokPerS, highTokPerS }: SpeedEstimate): string {
  const shown = (value: number): string => String(Number(value.toPrecision(2)));
  const [low, high] = [shown(lowTokPerS), shown(highTokPerS)];
  return low === high ? `about ${low} tokens/s` : `about ${low} to ${high} tokens/s`;
}
