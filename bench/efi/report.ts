import { median } from '../../src/perf/statistics.js';

/** Tokens a second. */
export interface Rates {
  readonly prompt: number;
  readonly generation: number;
  readonly peakMiB?: number;
}

/** Prints what the engine's runs and llama.cpp's come to. */
export function report(title: string, own: readonly Rates[], others: readonly Rates[]): void {
  console.log(`\n${title}: tokens/s, median of ${own.length}`);
  for (const key of ['prompt', 'generation'] as const) {
    const [mine, theirs] = [own, others].map((runs) => median(runs.map((each) => each[key])));
    const ratio = (mine! / theirs!).toFixed(2);
    console.log(
      `  ${key.padEnd(12)} ${mine!.toFixed(1).padStart(7)}   llama.cpp ${theirs!.toFixed(1).padStart(7)}   ${ratio} of it`,
    );
  }
  const peaks = own.flatMap(({ peakMiB = [] }) => peakMiB);
  if (peaks.length > 0) console.log(`  memory       ${Math.max(...peaks).toFixed(0)} MiB`);
}
