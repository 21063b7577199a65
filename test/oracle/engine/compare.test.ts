import { describe, expect, it } from 'vitest';
import { compareGreedy, parseEngineLines } from '../../support/native-llama/compare.js';
import type { EnginePosition } from '../../support/native-llama/compare.js';
import type { LlamaPosition } from '../../support/native-llama/greedy.js';

const own = (id: number, logit: number, secondId: number, secondLogit: number): EnginePosition => ({
  ...{ id, logit, secondId, secondLogit },
});

/** llama.cpp's choice of the first of these; each pair is a token and its distance from the likeliest. */
const llama = (...candidates: readonly (readonly [number, number])[]): LlamaPosition => ({
  id: candidates[0]![0],
  candidates: candidates.map(([id, below]) => ({ id, logprob: -0.5 - below })),
});

describe('of what the engine and llama.cpp make of the same positions', () => {
  it('the same tokens at the same distances are no difference', () => {
    const engine = [own(7, 20, 8, 15), own(9, 10, 7, 9.5)];
    const same = [llama([7, 0], [8, 5]), llama([9, 0], [7, 0.5])];
    expect(compareGreedy(engine, same)).toMatchObject({ close: [], wrong: [], told: 2 });
    expect(compareGreedy(engine, same).drift).toBeCloseTo(0);
  });

  it('another token is excused where both have the two within a thousandth of the largest logit', () => {
    const { close, wrong } = compareGreedy([own(7, 20, 8, 19.985)], [llama([8, 0], [7, 0.019])]);
    expect(wrong).toEqual([]);
    expect(close).toMatchObject([{ position: 0, engineId: 7, llamaId: 8 }]);
  });

  it('it is wrong where the engine has them further apart', () => {
    const { close, wrong } = compareGreedy([own(7, 20, 8, 19.97)], [llama([8, 0], [7, 0.019])]);
    expect(close).toEqual([]);
    expect(wrong).toMatchObject([{ position: 0, engineId: 7, llamaId: 8 }]);
  });

  it('it is wrong where llama.cpp has them further apart', () => {
    const { wrong } = compareGreedy([own(7, 20, 8, 19.985)], [llama([8, 0], [7, 0.03])]);
    expect(wrong).toHaveLength(1);
  });

  it('it is wrong where one does not name what the other says', () => {
    const engine = [own(7, 20, 5, 20), own(7, 20, 8, 20)];
    const { wrong } = compareGreedy(engine, [llama([8, 0], [7, 0]), llama([8, 0], [5, 0])]);
    expect(wrong.map(({ engineGap, llamaGap }) => [engineGap, llamaGap])).toEqual([
      [Infinity, 0],
      [0, Infinity],
    ]);
  });

  it('the drift is the largest change of a distance, whatever the tokens', () => {
    const engine = [own(7, 20, 8, 15), own(9, -4, 7, -10)];
    const { drift, wrong } = compareGreedy(engine, [
      llama([7, 0], [8, 4.8]),
      llama([9, 0], [7, 6.5]),
    ]);
    expect(wrong).toEqual([]);
    expect(drift).toBeCloseTo(0.05);
  });

  it('of a position whose second token llama.cpp does not name nothing is told', () => {
    const compared = compareGreedy([own(7, 20, 8, 15)], [llama([7, 0], [5, 4.8])]);
    expect(compared).toMatchObject({ drift: 0, told: 0 });
  });

  it('different lengths are refused', () => {
    expect(() => compareGreedy([], [llama([1, 0])])).toThrow(RangeError);
  });
});

describe("the lines of the engine's program", () => {
  it('are a token, its logit, the next and its logit', () => {
    expect(parseEngineLines('7 20.5 8 -1e-3\n9 1 7 0\n')).toEqual([
      own(7, 20.5, 8, -0.001),
      own(9, 1, 7, 0),
    ]);
  });

  it.each(['7 20.5 8', '7 20.5 8 x', '7 nan 8 1'])('are refused where they are %j', (line) => {
    expect(() => parseEngineLines(line)).toThrow('no line of a position');
  });
});
