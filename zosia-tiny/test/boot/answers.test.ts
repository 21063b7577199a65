import { beforeAll, describe, expect, it } from 'vitest';
import { hostArchitecture } from 'zosia/recipes';
import { hasFact, readHeldOut } from '../../src/held-out.js';
import type { HeldOutQuestion } from '../../src/held-out.js';
import { zosia } from '../../../test/support/cli.js';
import { EMBEDDED_MODEL } from '../../../test/support/embedded-model.js';
import { temporaryFolder } from '../../../test/support/temporary.js';
import { guestFiles } from '../../../test/boot/modes/guest.js';
import { characterDefects, sentenceDefects, sentencesOf } from '../support/stories.js';
import { answersOf, EVERY_TIME } from './requests.js';

/** One guest answers all questions. */
const HOOK_MS = 1_000_000;

/** Always the likeliest token, up to an end that no answer needs. */
const GREEDY = [...EVERY_TIME, '--temp', '0', '--predict', '160'];

/** At the model's own temperature. */
const LOGGED = [...EVERY_TIME, '--log-verbosity', '5', '--log-file', '/tmp/log'];

describe('the built-in model in the Linux guest', () => {
  const folder = temporaryFolder();
  let questions: readonly HeldOutQuestion[];
  let answers: readonly string[];
  let stories: readonly string[];
  let log: string;
  beforeAll(async () => {
    const disk = folder.file('model.img');
    const made = await zosia(['image', 'model', EMBEDDED_MODEL, '--out', disk]);
    expect(made.exitCode, made.stderr).toBe(0);
    const guest = await guestFiles(hostArchitecture(), folder.path);
    questions = await readHeldOut();
    const told = await answersOf(guest, disk, [
      ...questions.map(({ question }) => ({ prompt: question, args: GREEDY })),
      ...Array.from({ length: 10 }, (_, i) => ({
        prompt: '',
        args: [...EVERY_TIME, '--temp', '0.8', '--seed', `${i + 1}`, '--predict', '400'],
      })),
      { prompt: 'Hello', args: LOGGED },
    ]);
    answers = told.slice(0, questions.length);
    stories = told.slice(questions.length, -1);
    log = told.at(-1)!;
  }, HOOK_MS);

  it('answers at least 50 of 60 held-out questions correctly', () => {
    expect(questions).toHaveLength(60);
    const wrong = questions.flatMap((each, i) =>
      hasFact(each, answers[i]!) ? [] : [`${each.question} ${answers[i]!}`],
    );
    console.info(`${60 - wrong.length} of 60 right; wrong:\n${wrong.join('\n')}`);
    expect(wrong.length, wrong.join('\n')).toBeLessThanOrEqual(10);
  });

  it('tells at least 8 of 10 stories in whole sentences about one main character', () => {
    expect(stories).toHaveLength(10);
    expect(new Set(stories).size).toBeGreaterThan(5);
    for (const story of stories) expect(sentencesOf(story).length).toBeGreaterThanOrEqual(5);
    const broken = stories.flatMap((story) => {
      const defects = [...sentenceDefects(story), ...characterDefects(story)];
      return defects.length === 0
        ? []
        : [`${story}\n${defects.map((each) => `- ${each}`).join('\n')}`];
    });
    console.info(
      `${10 - broken.length} of 10 stories are as they should be; not:\n${broken.join('\n')}`,
    );
    expect(broken.length, broken.join('\n')).toBeLessThanOrEqual(2);
  });

  it('loads without warnings, with the temperature of its metadata', () => {
    expect(log).toContain('general.name');
    expect(log).toContain('temp = 0.700');
    // Not about the model: this one is about how it is asked.
    const known = /pre-start conversation/;
    const warnings = log.split('\n').filter((line) => /^[\d.]+ [WE] /.test(line));
    expect(warnings.filter((line) => !known.test(line))).toEqual([]);
    // Else warnings would look different by now, and none was found for that.
    expect(warnings).toHaveLength(1);
  });
});
