import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CorpusDigest } from '../src/corpus/digest.js';
import { documents } from '../src/corpus/documents.js';
import type { Document } from '../src/corpus/documents.js';
import { TOPICS, topicExchange } from '../src/corpus/exchanges.js';
import { KINDS } from '../src/corpus/stories/characters.js';
import { story } from '../src/corpus/stories/story.js';
import { hardSumExchange, sumExchange } from '../src/corpus/sums.js';
import { typed } from '../src/corpus/surface.js';
import { unknownExchange } from '../src/corpus/unknown.js';
import { FURTHER_QUESTIONS_FILE, readHeldOut } from '../src/held-out.js';
import { trainingDocuments } from '../src/prepare.js';
import { randomStream } from '../src/random.js';
import { ZOSIA_TINY } from '../src/recipe.js';
import type { Training } from '../src/training-report.js';

const ROOT = join(import.meta.dirname, '../..');
const TRAINING_FILE = join(ROOT, 'models/zosia-tiny/training.json');

function some(count: number, name = 'corpus test'): Document[] {
  const list: Document[] = [];
  for (const document of documents(1, name)) {
    list.push(document);
    if (list.length === count) break;
  }
  return list;
}

/** Words and numbers alone: neither case nor punctuation makes a question another one. */
const bare = (question: string): string =>
  question
    .toLowerCase()
    .replace(/[^a-z0-9+-]+/g, ' ')
    .trim();

describe('the corpus', () => {
  it('is the same for the same seed and differs for another', () => {
    const sha256 = (list: Document[]): string =>
      createHash('sha256').update(JSON.stringify(list)).digest('hex');
    const digest = sha256(some(500));
    expect(sha256(some(500))).toBe(digest);
    expect(sha256(some(500, 'another'))).not.toBe(digest);
  });

  it('gives answers and stories a weight in the loss, and questions none', () => {
    for (const { turns, exchanges } of some(300)) {
      if (exchanges.length === 0) {
        expect(turns).toHaveLength(1);
        expect(turns[0]).toMatchObject([{ weight: expect.closeTo(0.5) }]);
        continue;
      }
      exchanges.forEach(({ question, answer }, i) => {
        expect(turns[i]![0]).toEqual({ text: `Q: ${question}\nA:`, weight: 0 });
        expect(turns[i]![1]).toMatchObject({ text: ` ${answer}` });
        expect(turns[i]![1]!.weight).toBeGreaterThan(0);
      });
    }
  });

  it('has the facts but none of the questions of the held-out fixtures, and the sha256 of the report', async () => {
    const heldOut = await readHeldOut();
    const further = await readHeldOut(FURTHER_QUESTIONS_FILE);
    expect([heldOut.length, further.length]).toEqual([60, 90]);
    const questions = new Set<string>();
    const answers = new Map<string, Set<string>>();
    const digest = new CorpusDigest();
    for (const document of trainingDocuments(ZOSIA_TINY)) {
      const { exchanges } = document;
      digest.add(document);
      for (const { question, answer, topic } of exchanges) {
        questions.add(bare(question));
        answers.set(topic, (answers.get(topic) ?? new Set()).add(answer));
      }
    }
    expect(questions.size).toBeGreaterThan(400_000);
    const training = JSON.parse(await readFile(TRAINING_FILE, 'utf8')) as Training;
    expect(digest.sha256()).toBe(training.corpusSha256);
    const known = [...heldOut, ...further].filter(({ question }) => questions.has(bare(question)));
    expect(known).toEqual([]);
    for (const { topic, mustContain } of heldOut) {
      const learned = [...(answers.get(topic) ?? [])];
      for (const fact of mustContain) {
        expect(
          learned.some((answer) => answer.includes(fact)),
          `${topic}: ${fact}`,
        ).toBe(true);
      }
    }
  });
});

describe('topics', () => {
  it('have unique names and unique answers', () => {
    expect(new Set(TOPICS.map(({ name }) => name)).size).toBe(TOPICS.length);
    expect(new Set(TOPICS.map(({ answer }) => answer)).size).toBe(TOPICS.length);
  });

  it.each(TOPICS)('$name has many different questions', (topic) => {
    const random = randomStream(2);
    const questions = new Set(
      Array.from({ length: 1000 }, () => topicExchange(topic, random).question),
    );
    expect(questions.size).toBeGreaterThan(200);
    for (const question of questions) expect(question).not.toMatch(/[(){}|]| {2}|^ | $|undefined/);
  });
});

describe('sums', () => {
  it('have correct results from 0 to 20', () => {
    const random = randomStream(3);
    for (let i = 0; i < 2000; i++) {
      const { answer } = sumExchange(random);
      const [, a, sign, b, result] = /^(\d+) ([+-]) (\d+) = (\d+)\.$/.exec(answer)!;
      expect(Number(a) + (sign === '+' ? Number(b) : -Number(b))).toBe(Number(result));
      for (const number of [a, b, result]) expect(Number(number)).toBeLessThanOrEqual(20);
    }
  });

  it('name both numbers in the question', () => {
    const random = randomStream(4);
    for (let i = 0; i < 500; i++) {
      const { question, answer } = sumExchange(random);
      const [, a, b] = /^(\d+) [+-] (\d+)/.exec(answer)!;
      if (!/\d/.test(question)) continue; // in words
      expect([a!, b!].toSorted()).toEqual(question.match(/\d+/g)!.toSorted());
    }
  });

  it('that are too hard get the answer that declines them', () => {
    const random = randomStream(5);
    const answers = new Set(Array.from({ length: 200 }, () => hardSumExchange(random).answer));
    expect([...answers]).toEqual([expect.stringContaining('too hard')]);
  });

  it('that are too hard have larger numbers, a result outside 0 to 20, or another operation', () => {
    const random = randomStream(10);
    const sum = /^(?:what is |how much is )?(\d+) ?([+-]|plus|minus) ?(\d+)$/;
    const numbers = Array.from({ length: 5000 }, () => hardSumExchange(random).question).flatMap(
      (question) => {
        const [, a, sign, b] = sum.exec(question) ?? [];
        if (a === undefined) return [];
        const isAdded = sign === '+' || sign === 'plus';
        return [{ a: Number(a), b: Number(b), result: Number(a) + (isAdded ? 1 : -1) * Number(b) }];
      },
    );
    const small = numbers.filter(({ a, b }) => Math.max(a, b) <= 20);
    expect(small.length).toBeGreaterThan(100);
    expect(numbers.length).toBeGreaterThan(small.length + 50);
    for (const { result } of small) expect(result < 0 || result > 20, `${result}`).toBe(true);
    expect(small.some(({ result }) => result < 0)).toBe(true);
    expect(small.some(({ result }) => result > 20)).toBe(true);
  });
});

describe('stories', () => {
  const names = new Set(KINDS.map(({ name }) => name));

  it('are sentences about one character with a name', () => {
    const random = randomStream(6);
    for (let i = 0; i < 500; i++) {
      const { text } = story(random);
      const named = new Set(text.match(/\b[A-Z][a-z]+\b/g)!.filter((word) => names.has(word)));
      expect(named.size, text).toBe(1);
      expect(text).toMatch(/^[A-Z].*[.!?]$/);
      expect(text).not.toMatch(/[.!?] [a-z]|[(){}|]| {2}|\ba [aeiou]/);
    }
  });

  it('have a unique name for each kind of character', () => {
    expect(names.size).toBe(KINDS.length);
  });

  it('are about the kind of character asked for', () => {
    for (const kind of KINDS) expect(story(randomStream(7), kind).text).toContain(kind.noun);
  });
});

describe('what people type', () => {
  it('keeps numbers, options and flags unchanged', () => {
    const random = randomStream(8);
    for (let i = 0; i < 500; i++) {
      const words = typed('set zosia.ci=1 with --append and 17 - 9', random).toLowerCase();
      expect(words).toMatch(/zosia\.ci=1.* --append.* 17 .*- .*9/);
    }
  });

  it('includes more than 2,500 different unanswerable questions in 3,000', () => {
    const random = randomStream(9);
    const questions = new Set(Array.from({ length: 3000 }, () => unknownExchange(random).question));
    expect(questions.size).toBeGreaterThan(2500);
  });
});
