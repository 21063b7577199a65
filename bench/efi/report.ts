import { median } from '../../src/perf/statistics.js';

/** Tokens a second. */
export interface Rates {
  readonly prompt?: number;
  readonly generation: number;
  /** Memory at most, as a part of weights, keys and values, and 64 MiB. */
  readonly memory?: number;
}

/** What the rates are to be at least, and the memory at most, as a part of the other's. */
export interface Goals {
  readonly prompt?: number;
  readonly generation: number;
  readonly memory?: number;
}

/** Prints what the engine's runs and llama.cpp's come to. */
export function report(
  title: string,
  own: readonly Rates[],
  others: readonly Rates[],
  goals: Goals,
): void {
  console.log(`\n${title}: tokens/s, median of ${own.length}`);
  for (const key of ['prompt', 'generation'] as const) {
    if (goals[key] === undefined) continue;
    const [mine, theirs] = [own, others].map((runs) => median(runs.map((each) => each[key]!)));
    const ratio = (mine! / theirs!).toFixed(2);
    console.log(
      `  ${key.padEnd(12)} ${mine!.toFixed(1).padStart(7)}   llama.cpp ${theirs!.toFixed(1).padStart(7)}   ${ratio} of it (goal ${goals[key]})`,
    );
  }
  if (goals.memory === undefined) return;
  const most = Math.max(...own.map(({ memory }) => memory!));
  console.log(
    `  memory       ${most.toFixed(2)} of weights, keys and values, and 64 MiB (goal ${goals.memory})`,
  );
}
