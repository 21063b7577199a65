import { readFile } from 'node:fs/promises';
import { beforeAll, expect, it } from 'vitest';
import { hostArchitecture } from '../../src/artifacts/architectures.js';
import { zosia } from '../support/cli.js';
import { EMBEDDED_MODEL, describeWithEmbeddedModel } from '../support/embedded-model.js';
import { temporaryFolder } from '../support/temporary.js';
import { buildGuestFiles } from './modes/guest.js';
import type { Guest } from './modes/guest.js';
import { isSentence, keepsItsCharacter, sentencesOf } from './tiny/stories.js';
import { answersOf } from './tiny/requests.js';

const BOOT_MS = 300_000;

interface HeldOutQuestion {
  readonly question: string;
  /** Any of these is the required fact. */
  readonly mustContain: readonly string[];
}

const HELD_OUT = new URL('../../fixtures/zosia-tiny/held-out.json', import.meta.url);

/** Always the likeliest token, up to an end that no answer needs. */
const GREEDY = ['--temp', '0', '--predict', '160', '--threads', '1'];

describeWithEmbeddedModel('the built-in model, in the guest', () => {
  const folder = temporaryFolder();
  let guest: Guest;
  let disk = '';
  beforeAll(async () => {
    disk = folder.file('model.img');
    expect((await zosia(['image', 'model', EMBEDDED_MODEL, '--out', disk])).exitCode).toBe(0);
    guest = await buildGuestFiles(hostArchitecture(), folder.path);
  });

  it(
    'answers at least 50 of 60 questions that it never read',
    async () => {
      const questions = JSON.parse(await readFile(HELD_OUT, 'utf8')) as HeldOutQuestion[];
      expect(questions).toHaveLength(60);
      const requests = questions.map(({ question }) => ({ prompt: question, args: GREEDY }));
      const answers = await answersOf(guest, disk, requests);
      const wrong = questions.flatMap(({ question, mustContain }, i) => {
        const answer = answers[i]!;
        return mustContain.some((fact) => answer.includes(fact)) ? [] : [`${question} ${answer}`];
      });
      console.info(`${60 - wrong.length} of 60 right; wrong:\n${wrong.join('\n')}`);
      expect(wrong.length, wrong.join('\n')).toBeLessThanOrEqual(10);
    },
    BOOT_MS,
  );

  it(
    'tells stories in sentences, at least 8 of 10 of one main character',
    async () => {
      const requests = Array.from({ length: 10 }, (_, i) => ({
        prompt: '',
        args: ['--temp', '0.8', '--seed', `${i + 1}`, '--predict', '400', '--threads', '1'],
      }));
      const stories = await answersOf(guest, disk, requests);
      for (const story of stories) {
        expect(sentencesOf(story).length).toBeGreaterThanOrEqual(5);
        expect(sentencesOf(story).filter((sentence) => !isSentence(sentence))).toEqual([]);
      }
      expect(new Set(stories).size).toBeGreaterThan(5);
      const broken = stories.filter((story) => !keepsItsCharacter(story));
      console.info(`${10 - broken.length} of 10 keep their character; not:\n${broken.join('\n')}`);
      expect(broken.length, broken.join('\n')).toBeLessThanOrEqual(2);
    },
    BOOT_MS,
  );

  it(
    'loads without a warning',
    async () => {
      const args = [...GREEDY, '--log-verbosity', '5', '--log-file', '/dev/console'];
      const [log] = await answersOf(guest, disk, [{ prompt: 'Hello', args }]);
      expect(log).toContain('general.name');
      // The rest is about the model: the one is how little memory this machine has, the other how it is asked.
      const known = /common_fit_params|pre-start conversation/;
      const warnings = log!.split('\n').filter((line) => /^[\d.]+ [WE] /.test(line));
      expect(warnings.filter((line) => !known.test(line))).toEqual([]);
    },
    BOOT_MS,
  );
});
