import { beforeAll, describe, expect, it } from 'vitest';
import { hostArchitecture } from 'zosia/recipes';
import { zosia } from '../../../test/support/cli.js';
import { temporaryFolder } from '../../../test/support/temporary.js';
import { putGuests } from '../../../test/boot/support/guests.js';
import { isSentence, sentencesOf } from '../support/stories.js';

const NOTICE = 'using the built-in zosia-tiny';

describe('without a model', () => {
  const folder = temporaryFolder();
  beforeAll(() => putGuests(folder.path, [hostArchitecture()]));
  const run = (...args: string[]) => zosia(args, { cwd: folder.path });
  const up = (...args: string[]) => run('up', ...args);

  it('zosia up gives the same answer on both machines and names the built-in model', async () => {
    const asked = ['--prompt', 'What is zosia?', '-n', '60', '--temp', '0'];
    const linux = await up(...asked);
    expect(linux.exitCode, linux.stderr).toBe(0);
    expect(linux.stdout).toMatch(/^zosia turns a language model into a machine/);
    expect(linux.stderr).toContain(NOTICE);
    const efi = await up('--machine', 'efi', ...asked);
    expect(efi.exitCode, efi.stderr).toBe(0);
    expect(efi.stdout).toBe(linux.stdout);
    expect(efi.stderr).toContain(NOTICE);
  });

  it('zosia image efi writes a disk that tells a story when it is booted', async () => {
    const written = await run('image', 'efi');
    expect(written.exitCode, written.stderr).toBe(0);
    expect(written.stderr).toContain(NOTICE);
    const { stdout, stderr, exitCode } = await run('run', 'efi');
    expect(exitCode, stderr).toBe(0);
    const [, shown = ''] = /Weights: .*\r\n([^]*?)\r\n\d+ tokens in /.exec(stdout) ?? [];
    const story = shown.replaceAll('\r\n', '\n');
    expect(sentencesOf(story).length).toBeGreaterThanOrEqual(5);
    expect(sentencesOf(story).filter((sentence) => !isSentence(sentence))).toEqual([]);
  });
});
