import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EMBEDDED_MODEL_TEMPLATE } from 'zosia/recipes';
import { promptOf } from '../src/corpus/documents.js';

/** A tag that takes the white space round it away: an expression, or a statement. */
const TAG = /\{\{-\s*(?<expression>.*?)\s*-\}\}|\{%-\s*(?<statement>.*?)\s*-%\}/gs;

const ROOT = join(import.meta.dirname, '../..');

const LAST_MESSAGE = `messages[-1]['content'] | trim`;

/** The little of jinja that the template is written in; anything else is an error. */
function render(template: string, lastMessage: string): string {
  expect(template.replace(TAG, '')).toMatch(/^\s*$/);
  const statements: string[] = [];
  let text = '';
  for (const { groups } of template.matchAll(TAG)) {
    if (groups!['statement'] !== undefined) statements.push(groups!['statement']);
    for (const term of groups!['expression']?.split(' + ') ?? []) {
      if (term === LAST_MESSAGE) text += lastMessage.trim();
      else text += JSON.parse(term.replace(/^'([^'"]*)'$/, '"$1"')) as string;
    }
  }
  // An answer is always asked for: what stands between the two is there.
  expect(statements).toEqual(['if add_generation_prompt', 'endif']);
  return text;
}

describe('the chat template', () => {
  it.each(['What is zosia?', '  2 + 2 ', '$& {prompt} "\'\\', 'żółw\nowl'])(
    'puts the question %j into the same prompt as the EFI machine and the training text',
    async (question) => {
      const path = join(ROOT, 'models/zosia-tiny/chat-template.jinja');
      const prompt = render(await readFile(path, 'utf8'), question);
      const [before, after] = EMBEDDED_MODEL_TEMPLATE.split('{prompt}');
      expect(prompt).toBe(`${before!}${question.trim()}${after!}`);
      expect(prompt).toBe(promptOf(question.trim()));
    },
  );
});
