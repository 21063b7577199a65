import { setTimeout } from 'node:timers/promises';
import type { Boot, PerfOutcome } from './outcome.js';
import type { Setting } from './setting.js';

export interface MeasureOptions {
  readonly settings: readonly Setting[];
  /** How often each setting is measured. */
  readonly rounds: number;
  /** Begins again after the last round, until cancelled. */
  readonly repeat?: { readonly pauseSeconds: number } | undefined;
  readonly boot: Boot;
  readonly timeoutSeconds: number;
  /** Whether the first run that is not ok is the last. */
  readonly failFast: boolean;
  /** A run that is slower is not ok. */
  readonly minTokPerS?: number | undefined;
  readonly clock: () => Date;
  /** Ends the measuring; what has been measured is kept. */
  readonly signal: AbortSignal;
  readonly onStart?: ((run: RunStart) => void) | undefined;
  readonly onRun?: ((run: MeasuredRun) => void | Promise<void>) | undefined;
}

export interface RunStart {
  readonly setting: Setting;
  /** Which run of this setting it is, from 1 on. */
  readonly round: number;
  readonly startedAt: Date;
}

export interface MeasuredRun extends RunStart {
  readonly outcome: PerfOutcome;
  /** Whether there is a result, and it is not below the minimum. */
  readonly ok: boolean;
}

export interface Measurements {
  readonly runs: readonly MeasuredRun[];
  /** Whether it was cancelled before its end. The run under way is then not among the runs. */
  readonly interrupted: boolean;
}

/**
 * Measures settings in rounds: all of them once, then all again, so that a host that grows slower or
 * faster meanwhile favours none of them.
 *
 * @throws whatever `boot` and `onRun` throw, unless it follows from the signal
 */
export async function measure(options: MeasureOptions): Promise<Measurements> {
  const {
    settings,
    rounds,
    repeat,
    boot,
    timeoutSeconds,
    failFast,
    minTokPerS = 0,
    signal,
  } = options;
  const runs: MeasuredRun[] = [];
  const cancelled = (): boolean => signal.aborted;
  for (let round = 1; repeat !== undefined || round <= rounds; round++) {
    if (repeat && round > 1 && (round - 1) % rounds === 0) {
      await setTimeout(repeat.pauseSeconds * 1000, undefined, { signal }).catch(() => undefined);
    }
    for (const setting of settings) {
      if (cancelled()) return { runs, interrupted: true };
      const start = { setting, round, startedAt: options.clock() };
      options.onStart?.(start);
      let outcome: PerfOutcome;
      try {
        outcome = await boot(setting, { signal, timeoutSeconds });
      } catch (error) {
        if (cancelled()) return { runs, interrupted: true };
        throw error;
      }
      const ok = outcome.measured && outcome.result.tokPerS >= minTokPerS;
      const run = { ...start, outcome, ok };
      runs.push(run);
      await options.onRun?.(run);
      if (!ok && failFast) return { runs, interrupted: false };
    }
  }
  return { runs, interrupted: false };
}
