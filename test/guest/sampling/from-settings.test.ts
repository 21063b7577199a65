import { execa } from 'execa';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../support/temporary.js';
import { buildEngineProgram } from '../engine-programs.js';

describe('what the next token of a GGUF is chosen by', () => {
  const folder = temporaryFolder();
  let program = '';
  beforeAll(async () => {
    const folders = ['sampling', 'settings', 'base'];
    program = await buildEngineProgram(folder.path, { source: 'sampling/ask_settings.c', folders });
  });

  it.each([
    ['', [0.8, 40, 0.95, 0.05, 1]],
    ['temp=0.5\ntop_k=7\ntop_p=0.25\nmin_p=0.125\nrepeat_penalty=1.5', [0.5, 7, 0.25, 0.125, 1.5]],
    // 0 considers all, whatever it is of.
    ['top_k=0\ntop_p=0\nmin_p=0', [0.8, 0, 1, 0, 1]],
    ['top_p=1', [0.8, 40, 1, 0.05, 1]],
  ])('follows from the settings: %j', async (input, numbers) => {
    const { stdout } = await execa(program, { input });
    expect(stdout.split(' ').map(Number)).toEqual(numbers);
  });
});
