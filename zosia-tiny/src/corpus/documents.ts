import { EMBEDDED_MODEL_TEMPLATE } from 'zosia/recipes';
import { randomStream } from '../random.js';
import type { Random } from '../random.js';
import type { Exchange } from './exchange.js';
import { exchange } from './exchanges.js';
import { story } from './stories/story.js';

/** Text to read, and how much it counts to have learned it; 0 is read only. */
export interface Passage {
  readonly text: string;
  readonly weight: number;
}

/**
 * One thing to read: a story or a conversation. Between turns, and at the end, the text ends (token 2).
 */
export interface Document {
  readonly turns: readonly (readonly Passage[])[];
  readonly exchanges: readonly Exchange[];
}

/** How a question is put before the model, and where its answer begins. */
export const promptOf = (question: string): string =>
  EMBEDDED_MODEL_TEMPLATE.replace('{prompt}', () => question);

const SHARES = { story: 0.2, conversation: 0.15 } as const;
const LONGEST_CONVERSATION = 9;

/** Most of a story is free to go on in many ways; of an answer every token matters. */
const STORY_WEIGHT = 0.5;

/**
 * Documents without end, the same for the same seed and name. A story stands for itself, so that a model
 * that is given nothing tells one; nobody learns to ask the questions.
 */
export function* documents(seed: number, name: string): Generator<Document> {
  const random = randomStream(seed, name);
  for (;;) yield oneDocument(random);
}

function oneDocument(random: Random): Document {
  const share = random.unit();
  if (share < SHARES.story) {
    return { turns: [[{ text: story(random).text, weight: STORY_WEIGHT }]], exchanges: [] };
  }
  const many = share < SHARES.story + SHARES.conversation;
  const count = many ? 2 + random.below(LONGEST_CONVERSATION - 1) : 1;
  const exchanges = Array.from({ length: count }, () => exchange(random));
  const turns = exchanges.map(({ topic, question, answer }) => [
    { text: promptOf(question), weight: 0 },
    { text: ` ${answer}`, weight: topic === 'story' ? STORY_WEIGHT : 1 },
  ]);
  return { turns, exchanges };
}
