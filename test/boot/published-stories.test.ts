import { describe, expect, it } from 'vitest';
import { ARCHITECTURES } from '../../src/artifacts/architectures.js';
import { zosia } from '../support/cli.js';
import { convertCheckpoint } from '../support/convert-checkpoint.js';
import { GREEDY_STORY } from '../support/published-stories.js';
import { temporaryFolder } from '../support/temporary.js';
import { STORIES_260K, WITH_WEIGHTS } from '../support/weights.js';
import { putGuests } from './support/guests.js';

/** llama.cpp rounds otherwise than llama2.c, so that its story may become another one further on. */
const FIRST_SENTENCES = GREEDY_STORY.slice(0, GREEDY_STORY.indexOf(' One day'));

describe('the story that stories260K tells at temperature 0, as published,', WITH_WEIGHTS, () => {
  const folder = temporaryFolder();
  const up = (...args: string[]) =>
    zosia(['up', ...args, '--prompt', '', '--temp', '0'], { cwd: folder.path });

  it.each(ARCHITECTURES)('is printed by both machines on %s, and nothing else is', async (arch) => {
    await putGuests(folder.path, [arch]);
    const model = await convertCheckpoint(folder.path, STORIES_260K);
    const linux = await up(model, '--arch', arch, '-n', '60');
    expect(linux.exitCode, linux.stderr).toBe(0);
    expect(linux.stdout.trimStart().startsWith(FIRST_SENTENCES), linux.stdout).toBe(true);
    expect(linux.stdout).not.toMatch(/zosia|llama|end of text/);

    const { checkpoint, tokenizer } = STORIES_260K;
    const files = ['--machine', 'efi', checkpoint, '--tokenizer', tokenizer];
    const efi = await up(...files, '--arch', arch, '-n', '256');
    expect(efi.exitCode, efi.stderr).toBe(0);
    expect(efi.stdout).toBe(`${GREEDY_STORY}\n`);
  });
});
