import type { Random } from '../random.js';
import type { Exchange } from './exchange.js';
import { expand } from './phrase.js';
import type { Phrase } from './phrase.js';

/** Operands and results of the sums that are learned go from 0 to this. */
export const LARGEST_NUMBER = 20;

const NUMBER_WORDS = [
  'zero',
  'one',
  'two',
  'three',
  'four',
  'five',
  'six',
  'seven',
  'eight',
  'nine',
  'ten',
  'eleven',
  'twelve',
  'thirteen',
  'fourteen',
  'fifteen',
  'sixteen',
  'seventeen',
  'eighteen',
  'nineteen',
  'twenty',
] as const;

/** `{sum}` is the sum itself: "3 + 4", "three plus four". */
const FRAMES: readonly Phrase[] = [
  '{sum}',
  '{sum}',
  '{sum} =',
  "(what is|what's|whats|how much is|calculate|compute|work out|solve|tell me|say|evaluate|find) {sum}",
  '(what|how much) (is|does|do|would|makes|comes out of|is the value of|is the answer to) {sum}(| make| equal| give| come to)',
  'what (number|result|value) (is|equals|does|do i get from|comes out of|would be) {sum}(| give| make)',
  '(can|could|would|will) you (tell me|calculate|work out|compute|solve|say|find out|do|answer) (|what |how much |what is ){sum}(| is| makes| gives)(| for me| please)',
  '(do you know|i want to know|i would like to know|i wonder|please tell me|tell me|i need to know|you surely know) (what|how much) {sum} (is|makes|gives|equals)',
  '{sum} (is what|makes what|equals what|gives what|is|makes|equals|gives how much|is equal to|are|makes how much)',
  'the (sum|result|value|answer) of {sum}',
  'the answer to {sum}',
  'if i (calculate|do|work out|type) {sum}, what (do i get|is the result|comes out|is it)',
  '(quick|an easy one|a sum|next one|next|a small sum|maths|math|a little arithmetic)(:|,) {sum}',
];

interface Operation {
  readonly symbol: string;
  readonly sums: readonly Phrase[];
  /** Whole questions and stories of apples. */
  readonly questions: readonly Phrase[];
}

const THINGS =
  '(apples|pears|coins|books|marbles|eggs|cakes|stones|nuts|balls|flowers|fish|sweets|cookies|toys|stamps|plums|pens|cards|shells)';
const PEOPLE = '(tom|anna|mia|ben|my sister|my friend|a girl|a boy|she|he|someone|leo|lucy)';

const ADDITION: Operation = {
  symbol: '+',
  sums: ['{a} + {b}', '{a} + {b}', '{a}+{b}', '{a} plus {b}', '{a} and {b}', '{a} added to {b}'],
  questions: [
    '(add|put together|sum up|sum|count together) {a} and {b}(| for me| together| please)',
    '(add|put) {a} (to|on top of) {b}',
    '(what|how much|how many) (is|do i get|do you get|are|do we get|results) (if|when) (i|you|we) (add|put together|sum up) {a} (and|to|with) {b}',
    'the (sum|total) of {a} and {b}',
    '(what is|tell me|give me|find) the (sum|total) of {a} and {b}',
    'how much (do|are|is) {a} and {b}(| make| together| give| in total)',
    `i have {a} ${THINGS} and (get|find|buy|am given|receive|take) {b} more, how many (do i have|are there|is that|have i got|are that)(| now| in all| in total)`,
    `${PEOPLE} (has|had) {a} ${THINGS} and (gets|finds|buys|receives|got|found) {b} (more|others|new ones), how many (does she have|does he have|are there|is that|are that)(| now| in all| together)`,
    `there are {a} ${THINGS} (on the table|in a box|in a bag|here) and {b} (in the other|on the floor|in my hand|there), how many (are there|are there in all|altogether|in total)`,
    `{a} ${THINGS} and {b} ${THINGS}, how many (are that|is that|in all|together)`,
    `{a} ${THINGS} (plus|and) {b} more(|, how many)`,
    '(increase|raise) {a} by {b}',
    '{b} more than {a}',
  ],
};

const SUBTRACTION: Operation = {
  symbol: '-',
  sums: ['{a} - {b}', '{a} - {b}', '{a}-{b}', '{a} minus {b}', '{a} less {b}', '{a} take away {b}'],
  questions: [
    '(subtract|take|take away|remove) {b} from {a}(| for me| please)',
    '(what|how much|how many) (is|do i get|do you get|are left|remains|is left|remain) (if|when) (i|you|we) (take|subtract|remove|take away) {b} (from|away from) {a}',
    'if (i|you|we) (take|subtract|take away|remove) {b} from {a}, (what|how much|how many) (is left|do i get|are left|do we have|comes out|is it)',
    'the difference (of|between) {a} and {b}',
    '(what is|tell me|give me|find) the difference (of|between) {a} and {b}',
    `i have {a} ${THINGS} and (lose|eat|give away|sell|drop|break|use) {b}(| of them), how many (do i have|are left|are there|remain|have i got)(| now| left| still)`,
    `${PEOPLE} (has|had) {a} ${THINGS} and (loses|eats|gives away|sells|lost|gave away) {b}(| of them), how many (are left|remain|are there|does she have|does he have)(| now| left)`,
    `{a} ${THINGS}, {b} (are gone|are eaten|are lost|get lost|roll away|break), how many (are left|remain|are there)`,
    `there (are|were) {a} ${THINGS} (on the table|in a box|in a bag|here) and {b} (are taken|fall down|get lost|disappear|are gone), how many (are left|remain|stay)`,
    '(decrease|reduce|lower) {a} by {b}',
    '{b} less than {a}',
    'how much (bigger|larger|more) is {a} than {b}',
    'from {a} take {b}',
  ],
};

function inWords(value: number): string {
  const word = NUMBER_WORDS[value];
  if (word) return word;
  const tens = [
    '',
    '',
    'twenty',
    'thirty',
    'forty',
    'fifty',
    'sixty',
    'seventy',
    'eighty',
    'ninety',
  ];
  const rest = value % 10;
  if (value < 100)
    return tens[Math.floor(value / 10)]! + (rest === 0 ? '' : `-${NUMBER_WORDS[rest]!}`);
  return String(value);
}

/** A sum with numbers up to {@link LARGEST_NUMBER}, and its result. */
export function sumExchange(random: Random): Exchange {
  const [a, b] = [random.below(LARGEST_NUMBER + 1), random.below(LARGEST_NUMBER + 1)];
  const [large, small] = [Math.max(a, b), Math.min(a, b)];
  if (random.chance(0.5)) {
    const first = random.below(LARGEST_NUMBER + 1);
    const second = random.below(LARGEST_NUMBER + 1 - first);
    const swap = random.chance(0.5);
    return ask(ADDITION, swap ? second : first, swap ? first : second, random);
  }
  return ask(SUBTRACTION, large, small, random);
}

function ask(operation: Operation, a: number, b: number, random: Random): Exchange {
  const result = operation === ADDITION ? a + b : a - b;
  return {
    topic: 'sum',
    question: question(operation, a, b, random),
    answer: `${a} ${operation.symbol} ${b} = ${result}.`,
  };
}

function question(operation: Operation, a: number, b: number, random: Random): string {
  const words = random.chance(0.25);
  const number = (value: number): string => (words ? inWords(value) : String(value));
  const numbers = { a: [number(a)], b: [number(b)] };
  if (random.chance(0.4)) return expand(random.pick(operation.questions), numbers, random);
  return expand(random.pick(FRAMES), { ...numbers, sum: operation.sums }, random);
}

/** Sums of a kind that is not learned. */
const OTHER_SUMS: readonly Phrase[] = [
  '{a} * {b}',
  '{a} times {b}',
  '{a} / {b}',
  '{a} divided by {b}',
  '{a} x {b}',
  'the (square |cube |)root of {a}',
  '{a} squared',
  '{a} multiplied by {b}',
  '{a} percent of {b}',
  '{a} + {b} + {c}',
  '{a} - {b} - {c}',
  '{a} + {b} - {c}',
  '{a} plus {b} plus {c}',
  '{a} minus {b} minus {c}',
  '{a}+{b}+{c}',
  '{a} and {b} and {c}',
];

const TOO_HARD = 'That is too hard for me: I can only add and subtract up to 20.';

/** A sum that is declined: of another kind, of larger numbers, or with a result that is none of ours. */
export function hardSumExchange(random: Random): Exchange {
  const make = random.pick([otherSum, largeSum, sumOutOfRange, sumOutOfRange]);
  return { topic: 'hard-sum', question: make(random), answer: TOO_HARD };
}

function otherSum(random: Random): string {
  const operand = (): string => String(random.chance(0.5) ? random.below(30) : largeNumber(random));
  const sets = { a: [operand()], b: [operand()], c: [operand()], sum: OTHER_SUMS };
  return expand(random.pick(FRAMES), sets, random);
}

function largeSum(random: Random): string {
  const large = largeNumber(random);
  const other = random.chance(0.5) ? largeNumber(random) : random.below(LARGEST_NUMBER + 1);
  if (random.chance(0.5)) {
    const [a, b] = random.chance(0.5) ? [large, other] : [other, large];
    return question(ADDITION, a, b, random);
  }
  return question(SUBTRACTION, Math.max(large, other), Math.min(large, other), random);
}

/** Of numbers that are learned; only who adds them sees that the result is too large, or below 0. */
function sumOutOfRange(random: Random): string {
  if (random.chance(0.5)) {
    const a = 1 + random.below(LARGEST_NUMBER);
    const b = LARGEST_NUMBER + 1 - a + random.below(a);
    return question(ADDITION, a, b, random);
  }
  const a = random.below(LARGEST_NUMBER);
  return question(SUBTRACTION, a, a + 1 + random.below(LARGEST_NUMBER - a), random);
}

function largeNumber(random: Random): number {
  const spans = [79, 79, 979, 99_000];
  return LARGEST_NUMBER + 1 + random.below(random.pick(spans));
}
