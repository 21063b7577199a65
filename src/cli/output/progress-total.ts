import { counted } from './output.js';
import type { ProgressFact } from './progress-row.js';

/** How far several things are together. */
export function totalOf(facts: readonly ProgressFact[]): ProgressFact {
  const sum = (of: (fact: ProgressFact) => number): number =>
    facts.reduce((total, fact) => total + of(fact), 0);
  return {
    name: `all ${counted(facts.length, 'file')}`,
    doneBytes: sum(({ doneBytes }) => doneBytes),
    totalBytes: facts.some(({ totalBytes }) => totalBytes === undefined)
      ? undefined
      : sum(({ totalBytes }) => totalBytes ?? 0),
    began: {
      doneBytes: sum(({ began }) => began.doneBytes),
      at: Math.min(...facts.map(({ began }) => began.at)),
    },
  };
}
