import type { LlamaPosition } from './greedy.js';

/** What the engine made of a position: its likeliest token and the next, with their logits. */
export interface EnginePosition {
  readonly id: number;
  readonly logit: number;
  readonly secondId: number;
  readonly secondLogit: number;
}

/** A position where another token is the likeliest for the engine than for llama.cpp. */
export interface Difference {
  readonly position: number;
  readonly engineId: number;
  readonly llamaId: number;
  /** How far apart the two are for either, as a share of the largest logit; infinite where one never names the other's. */
  readonly engineGap: number;
  readonly llamaGap: number;
}

export interface Comparison {
  /** Differences between tokens that are too close to tell apart, for both. */
  readonly close: readonly Difference[];
  /** Other differences: of these there may be none. */
  readonly wrong: readonly Difference[];
  /**
   * By how much the distance of the two likeliest tokens differs where it does so most, as a share of the
   * largest logit. It tells of a mistake before the tokens do.
   */
  readonly drift: number;
  /** At how many positions that could be told. */
  readonly told: number;
}

/** Two logits closer than this share of the largest one are in no order that another sum would keep. */
export const CLOSE = 1e-3;

/**
 * Compares the engine with llama.cpp where both went the way of llama.cpp: each position for itself.
 *
 * @throws RangeError when they are of different lengths
 */
export function compareGreedy(
  engine: readonly EnginePosition[],
  llama: readonly LlamaPosition[],
  closeBelow = CLOSE,
): Comparison {
  if (engine.length !== llama.length) {
    throw new RangeError(`the engine has ${engine.length} positions, llama.cpp ${llama.length}`);
  }
  const differences: Difference[] = [];
  const drifts: number[] = [];
  engine.forEach((own, position) => {
    const { id: llamaId, candidates } = llama[position]!;
    const size = Math.max(Math.abs(own.logit), Math.abs(own.secondLogit));
    const logprobOf = (id: number): number =>
      candidates.find((each) => each.id === id)?.logprob ?? -Infinity;
    const ownGap = own.logit - own.secondLogit;
    const drift = Math.abs(ownGap - (logprobOf(own.id) - logprobOf(own.secondId))) / size;
    // Not a number or infinite: llama.cpp does not name one of the two.
    if (Number.isFinite(drift)) drifts.push(drift);
    if (own.id === llamaId) return;
    differences.push({
      ...{ position, engineId: own.id, llamaId },
      engineGap: own.secondId === llamaId ? ownGap / size : Infinity,
      llamaGap: (logprobOf(llamaId) - logprobOf(own.id)) / size,
    });
  });
  const isClose = ({ engineGap, llamaGap }: Difference): boolean =>
    engineGap < closeBelow && llamaGap < closeBelow;
  return {
    close: differences.filter(isClose),
    wrong: differences.filter((each) => !isClose(each)),
    drift: Math.max(0, ...drifts),
    told: drifts.length,
  };
}

/**
 * The lines of the engine's program: `ID LOGIT SECOND_ID SECOND_LOGIT`.
 *
 * @throws Error for a line that is none
 */
export function parseEngineLines(text: string): EnginePosition[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const numbers = line.split(' ').map(Number);
      if (numbers.length !== 4 || numbers.some((each) => !Number.isFinite(each))) {
        throw new Error(`no line of a position: ${line}`);
      }
      const [id, logit, secondId, secondLogit] = numbers as [number, number, number, number];
      return { id, logit, secondId, secondLogit };
    });
}
