import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { ZosiaError } from 'zosia';

/** A question that is in no text a model learned from, and what its answer has to say. */
export interface HeldOutQuestion {
  readonly question: string;
  readonly topic: string;
  /** Any of these is the fact. */
  readonly mustContain: readonly string[];
}

/** Written by somebody who had not read the text of src/corpus. */
export const HELD_OUT_FILE = fileURLToPath(new URL('../fixtures/held-out.json', import.meta.url));

/** More of them, by others, when the text was finished. */
export const FURTHER_QUESTIONS_FILE = fileURLToPath(
  new URL('../fixtures/further-questions.json', import.meta.url),
);

/** @throws ZosiaError `ZOSIA_TRAINING_QUESTIONS_UNREADABLE` for a file that has no such list */
export async function readHeldOut(
  path: string = HELD_OUT_FILE,
): Promise<readonly HeldOutQuestion[]> {
  try {
    const read: unknown = JSON.parse(await readFile(path, 'utf8'));
    if (!Array.isArray(read) || !read.every(isHeldOutQuestion)) throw new Error('another shape');
    return read;
  } catch (cause) {
    throw new ZosiaError(
      'ZOSIA_TRAINING_QUESTIONS_UNREADABLE',
      `${path} has no questions that can be read`,
      { hint: 'Name a file like zosia-tiny/fixtures/held-out.json with --questions.', cause },
    );
  }
}

function isHeldOutQuestion(value: unknown): value is HeldOutQuestion {
  const { question, topic, mustContain } = (value ?? {}) as Partial<Record<string, unknown>>;
  const isText = (each: unknown): boolean => typeof each === 'string' && each !== '';
  const facts: readonly unknown[] = Array.isArray(mustContain) ? mustContain : [];
  return isText(question) && isText(topic) && facts.length > 0 && facts.every(isText);
}

/** Whether an answer has what the question asks for. */
export const hasFact = ({ mustContain }: HeldOutQuestion, answer: string): boolean =>
  mustContain.some((fact) => answer.includes(fact));
