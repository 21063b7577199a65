import { progressLine, shareOf } from './progress-row.js';
import type { ProgressFact } from './progress-row.js';
import { totalOf } from './progress-total.js';

/**
 * One row for each thing under way, and one for all of them while there are several. On anything but a terminal it is
 * a line now and then instead, for what takes long.
 */
export interface Progress {
  /** @param totalBytes undefined where nobody tells */
  update(name: string, doneBytes: number, totalBytes: number | undefined): void;
  /** Draws the rows a last time, and leaves them; may be called more than once. */
  stop(): void;
}

/** What is done sooner needs no line; and lines are so far from each other at least. */
const LEAST_MS = 10_000;

/** A line comes when so much more is done, or after so long. */
const SHARE = 0.1;
const LONGEST_MS = 60_000;

/**
 * Progress where nothing can be drawn over: a line now and then, for all that is under way together.
 *
 * @param clock in milliseconds
 */
export function progressLines(
  write: (line: string) => void,
  clock: () => number = () => performance.now(),
): Progress {
  const facts = new Map<string, ProgressFact>();
  let said: { readonly at: number; readonly share: number } | undefined;
  return {
    update(name, doneBytes, totalBytes) {
      const now = clock();
      facts.set(name, nextFact(facts.get(name), { name, doneBytes, totalBytes }, now));
      const all = [...facts.values()];
      const total = all.length > 1 ? totalOf(all) : all[0]!;
      const share = shareOf(total);
      said ??= { at: now, share };
      // Another file has come, or one has been begun anew.
      if (share < said.share) said = { at: said.at, share };
      const passedMs = now - said.at;
      if (passedMs < LEAST_MS || (isBefore(share, said.share + SHARE) && passedMs < LONGEST_MS))
        return;
      said = { at: now, share };
      write(progressLine(total, now));
    },
    stop: () => undefined,
  };
}

/** How far something is after `before`; what has been begun anew is as fast as it is from then on. */
export function nextFact(
  before: ProgressFact | undefined,
  fact: Omit<ProgressFact, 'began'>,
  now: number,
): ProgressFact {
  const isAnew = before === undefined || fact.doneBytes < before.doneBytes;
  return { ...fact, began: isAnew ? { doneBytes: fact.doneBytes, at: now } : before.began };
}

/** Tenths are no binary fractions. */
const isBefore = (share: number, next: number): boolean => share < next - 1e-9;
