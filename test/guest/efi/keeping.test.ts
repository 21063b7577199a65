import { execa } from 'execa';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../support/temporary.js';
import { FILE_SOURCES } from './file-sources.js';
import { buildWatchedProgram } from './programs.js';

const NAME = 'talk.txt';
const WHOLE = 'zosia conversation 1/vocabulary 500/7 8 9 10/';
const OTHER = 'zosia conversation 1/vocabulary 500/20/';

/** The conversation that was there before. */
const AS_IT_WAS = '1 2 3 ';

describe('loading a conversation', () => {
  const folder = temporaryFolder();
  let program: string;
  beforeAll(async () => {
    const sources = [
      ...[...FILE_SOURCES, 'efi/firmware/file_write.c'],
      ...['efi/app/keeping.c', 'efi/app/blocks.c'],
      ...['engine/generation/transcript.c', 'engine/generation/conversation.c'],
    ];
    program = await buildWatchedProgram(folder.path, 'load_conversation', sources, 'memory');
  });
  const load = async (...disk: string[]): Promise<string[]> =>
    (await execa(program, [NAME, ...disk])).stdout.split('\n');

  it('goes on with it', async () => {
    expect(await load(`${NAME}=${WHOLE}`)).toEqual(['7 8 9 10 ']);
    expect(await load('save')).toEqual([AS_IT_WAS]);
  });

  it('takes the new file where a save was cut short behind deleting the old one', async () => {
    expect(await load(`${NAME}.new=${WHOLE}`)).toEqual(['7 8 9 10 ']);
    expect(await load(`${NAME}=${WHOLE}`, `${NAME}.new=${OTHER}`)).toEqual(['7 8 9 10 ']);
    expect(await load(`${NAME}.new=${OTHER}`, 'save')).toEqual([AS_IT_WAS]);
  });

  it('refuses a new file that is not all there, wherever it ends', async () => {
    for (let length = 0; length < WHOLE.length; length++) {
      const [why, ...rest] = await load(`${NAME}.new=${WHOLE.slice(0, length)}`);
      expect(why).toMatch(/^talk\.txt\.new: it is (damaged: |no conversation that was saved$)/);
      expect(rest).toEqual([AS_IT_WAS]);
    }
    const long = `${NAME}.new=${WHOLE}${'1 '.repeat(2000)}`;
    expect(await load(long)).toEqual([`${NAME}.new is longer than any conversation`, AS_IT_WAS]);
  });

  it('does not put the new file in the place of one that is damaged, or of none at all', async () => {
    const [why] = await load(`${NAME}=zosia conversation 1/`, `${NAME}.new=${WHOLE}`);
    expect(why).toBe(`${NAME}: it is no conversation that was saved`);
    expect(await load()).toEqual([`there is no ${NAME} on the disk`, AS_IT_WAS]);
  });
});
