import type { PerfOutcome } from './outcome.js';
import { settingAt } from './space.js';
import { formatSetting } from './setting.js';
import type { Setting } from './setting.js';
import { median } from './statistics.js';

/** A setting that has been tried, and all that was measured with it. */
export interface Candidate {
  readonly setting: Setting;
  /** Rates of generation and of reading the prompt, in tokens per second, one for each boot. */
  readonly tokPerS: number[];
  readonly promptTokPerS: number[];
  failureCount: number;
}

/** Generation that differs by less counts as equally fast where the prompt's rate is what matters. */
const SAME_RATE = 0.03;

/** All settings that have been tried. */
export class Candidates {
  readonly #bySetting = new Map<string, Candidate>();

  get(setting: Setting): Candidate | undefined {
    return this.#bySetting.get(formatSetting(setting));
  }

  record(setting: Setting, outcome: PerfOutcome): Candidate {
    const key = formatSetting(setting);
    const candidate = this.#bySetting.get(key) ?? {
      setting,
      tokPerS: [],
      promptTokPerS: [],
      failureCount: 0,
    };
    this.#bySetting.set(key, candidate);
    if (outcome.measured) {
      candidate.tokPerS.push(outcome.result.tokPerS);
      candidate.promptTokPerS.push(outcome.result.promptTokPerS);
    } else candidate.failureCount++;
    return candidate;
  }

  get size(): number {
    return this.#bySetting.size;
  }

  /** Fastest first; those that failed, however seldom, come after those that never did. */
  ranked(): Candidate[] {
    return rank([...this.#bySetting.values()]);
  }

  /**
   * One candidate for each combination of threads, how they wait, and arguments, fastest first. Threads for batches have
   * no part in generating: of those that generate equally fast, the one that reads prompts fastest.
   */
  representatives(): Candidate[] {
    const groups = new Map<string, Candidate[]>();
    for (const candidate of this.#bySetting.values()) {
      const { threads, wait, llamaArgs } = candidate.setting;
      const key = formatSetting(settingAt(threads, undefined, llamaArgs, wait));
      const group = groups.get(key);
      if (group) group.push(candidate);
      else groups.set(key, [candidate]);
    }
    return rank([...groups.values()].flatMap((group) => fastestReader(group) ?? []));
  }
}

export function rank(candidates: readonly Candidate[]): Candidate[] {
  return candidates.toSorted(
    (a, b) => Math.sign(a.failureCount) - Math.sign(b.failureCount) || rateOf(b) - rateOf(a),
  );
}

/** The candidate that generates fastest; undefined when all have failed. */
export function fastest(candidates: readonly Candidate[]): Candidate | undefined {
  const [best] = rank(candidates);
  return best && best.tokPerS.length > 0 ? best : undefined;
}

/** Of the candidates that generate as fast as the fastest, the one that reads prompts fastest. */
function fastestReader(candidates: readonly Candidate[]): Candidate | undefined {
  const best = fastest(candidates);
  return (
    best &&
    candidates
      .filter((candidate) => isAsFast(candidate, best))
      .reduce((a, b) => (median(b.promptTokPerS) > median(a.promptTokPerS) ? b : a))
  );
}

/** Whether a candidate generates as fast as another one, or nearly, and fails no more. */
export function isAsFast(candidate: Candidate, other: Candidate): boolean {
  return (
    Math.sign(candidate.failureCount) <= Math.sign(other.failureCount) &&
    rateOf(candidate) >= rateOf(other) * (1 - SAME_RATE)
  );
}

const rateOf = ({ tokPerS }: Candidate): number => (tokPerS.length === 0 ? 0 : median(tokPerS));
