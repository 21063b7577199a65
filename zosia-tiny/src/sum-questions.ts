import { LARGEST_NUMBER } from './corpus/sums.js';

/** A question that has one right answer. */
export interface SumQuestion {
  readonly question: string;
  /** The whole answer, or for one that is declined what it contains. */
  readonly answer: string;
  readonly isRight: (given: string) => boolean;
}

export interface SumQuestions {
  /** With results from 0 to {@link LARGEST_NUMBER}. */
  readonly learned: readonly SumQuestion[];
  /** With results that are larger, or below 0: they are to be declined. */
  readonly declined: readonly SumQuestion[];
}

interface Operation {
  readonly symbol: string;
  readonly word: string;
  readonly result: (a: number, b: number) => number;
}

const OPERATIONS: readonly Operation[] = [
  { symbol: '+', word: 'plus', result: (a, b) => a + b },
  { symbol: '-', word: 'minus', result: (a, b) => a - b },
];

type WayOfAsking = (a: number, b: number, operation: Operation) => string;

const WAYS: readonly WayOfAsking[] = [
  (a, b, { symbol }) => `${a} ${symbol} ${b}`,
  (a, b, { symbol }) => `What is ${a}${symbol}${b}?`,
  (a, b, { word }) => `How much is ${a} ${word} ${b}?`,
];

/** In the answer to a sum that is declined. */
const DECLINED = 'too hard';

/** Every sum and difference of two numbers up to {@link LARGEST_NUMBER}, asked in one way after another. */
export function everySum(): SumQuestions {
  const learned: SumQuestion[] = [];
  const declined: SumQuestion[] = [];
  for (const operation of OPERATIONS) {
    for (let a = 0; a <= LARGEST_NUMBER; a++) {
      for (let b = 0; b <= LARGEST_NUMBER; b++) {
        const result = operation.result(a, b);
        const isLearned = result >= 0 && result <= LARGEST_NUMBER;
        const list = isLearned ? learned : declined;
        const answer = isLearned ? `${a} ${operation.symbol} ${b} = ${result}.` : DECLINED;
        list.push({
          question: WAYS[list.length % WAYS.length]!(a, b, operation),
          answer,
          isRight: (given) => (isLearned ? given === answer : given.includes(answer)),
        });
      }
    }
  }
  return { learned, declined };
}
