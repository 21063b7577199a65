import { describe, expect, it } from 'vitest';
import { turnsOf } from '../../bench/turns.js';

const range = (count: number): number[] => [...Array(count).keys()];

describe.each([1, 2, 3, 4, 5, 6, 7])('the turns of %d contestants', (count) => {
  const runs = range(count % 2 === 0 ? count : 2 * count).map((run) => turnsOf(count, run));

  it('are one of each in a run', () => {
    for (const turns of runs) expect([...turns].sort()).toEqual(range(count));
  });

  it('put each in each place, and behind each other one, equally often', () => {
    const often = runs.length / count;
    for (const one of range(count)) {
      for (const place of range(count)) {
        expect(runs.filter((turns) => turns[place] === one)).toHaveLength(often);
      }
      for (const other of range(count).filter((each) => each !== one)) {
        const behind = runs.filter((turns) => turns.indexOf(one) === turns.indexOf(other) + 1);
        expect(behind).toHaveLength(often);
      }
    }
  });

  it('change from each run to the next', () => {
    if (count === 1) return;
    for (const run of range(20)) expect(turnsOf(count, run)).not.toEqual(turnsOf(count, run + 1));
  });
});
