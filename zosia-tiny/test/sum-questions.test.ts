import { describe, expect, it } from 'vitest';
import { everySum } from '../src/sum-questions.js';

/** Both numbers, and whether they are added, whichever way the question is put. */
const NAMED = /^(?:What is |How much is )?(\d+)( ?[+-] ?| plus | minus )(\d+)\??$/;

describe('the sums of the examination', () => {
  const { learned, declined } = everySum();

  it('are all sums and differences of two numbers from 0 to 20, each once', () => {
    expect([learned.length, declined.length]).toEqual([462, 420]);
    const sums = [...learned, ...declined].map(({ question }) => {
      const [, a, sign, b] = NAMED.exec(question)!;
      return `${a} ${/[+]|plus/.test(sign!) ? '+' : '-'} ${b}`;
    });
    expect(new Set(sums).size).toBe(2 * 21 * 21);
  });

  it('accept the correct result, or a refusal when it is not from 0 to 20', () => {
    for (const { question, answer, isRight } of [...learned, ...declined]) {
      const [, a, sign, b] = NAMED.exec(question)!;
      const isAdded = /[+]|plus/.test(sign!);
      const result = isAdded ? Number(a) + Number(b) : Number(a) - Number(b);
      const isLearned = result >= 0 && result <= 20;
      expect(answer).toBe(isLearned ? `${a} ${isAdded ? '+' : '-'} ${b} = ${result}.` : 'too hard');
      expect(isRight(answer)).toBe(true);
      expect(isRight(`1${answer}`)).toBe(!isLearned);
      expect(isRight(isLearned ? 'That is too hard.' : `${a} + ${b} = ${result}.`)).toBe(false);
    }
  });

  it('use three wordings in turn', () => {
    const ways = [
      /^\d+ [+-] \d+$/,
      /^What is \d+[+-]\d+\?$/,
      /^How much is \d+ (plus|minus) \d+\?$/,
    ];
    for (const list of [learned, declined]) {
      list.forEach(({ question }, i) => {
        expect(question).toMatch(ways[i % ways.length]!);
      });
    }
  });
});
