import { copyFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { ARCHITECTURES } from '../../src/artifacts/architectures.js';
import { EMBEDDED_MODEL } from '../support/embedded-model.js';
import { temporaryFolder } from '../support/temporary.js';
import { InstantUser, answersOf } from './instant/host.js';

const SESSION = ['--temp', '0', '--session', 'zwölf 12'];

describe.each(ARCHITECTURES)('a session on %s', (arch) => {
  const folder = temporaryFolder();
  let user: InstantUser;
  beforeAll(async () => {
    user = new InstantUser(arch, folder.path);
    await user.prepare();
  });

  const states = async (): Promise<string[]> => {
    const names = await readdir(join(folder.path, 'cache/zosia/sessions/zwölf 12'));
    return names.sort();
  };

  it('goes on where it was left, with all that was said', async () => {
    const first = await user.ask('What is zosia?', SESSION);
    expect(first, first.stderr).toMatchObject({ exitCode: 0 });
    expect(first.stderr).toContain('the session zwölf 12 is kept');
    expect(await states()).toEqual(['current', 'state-1']);
    // llama-cli has something to give another answer to.
    const second = await user.ask('/regen', SESSION);
    expect(second, second.stderr).toMatchObject({ exitCode: 0 });
    expect(answersOf(second.stdout).split('boots straight into the model')).toHaveLength(3);
    expect(await states()).toEqual(['current', 'state-2']);
  });

  it('is as it was left when zosia is killed, and nobody else has it meanwhile', async () => {
    const terminal = user.open(SESSION);
    try {
      await terminal.shows(/regen/);
      while ((await user.machines()).length === 0) await sleep(5);
      const other = await user.ask('x', SESSION);
      expect(other.exitCode).toBe(1);
      expect(other.stderr).toMatch(/^error: the session zwölf 12 is in use\nhint: /m);
    } finally {
      terminal.kill();
    }
    while ((await user.machines()).length > 0) await sleep(5);
    const { stdout, exitCode, stderr } = await user.ask('/regen', SESSION);
    expect(exitCode, stderr).toBe(0);
    expect(answersOf(stdout).split('boots straight into the model')).toHaveLength(4);
    expect(await states()).toEqual(['current', 'state-3']);
  });

  it('is kept when its terminal is closed', async () => {
    const terminal = user.open(SESSION);
    await terminal.shows(/regen/);
    while ((await user.machines()).length === 0) await sleep(5);
    await sleep(1000);
    terminal.close();
    while ((await user.machines()).length > 0) await sleep(5);
    await expect.poll(states, { timeout: 20_000 }).toEqual(['current', 'state-4']);
  });

  it('is refused with another model, with what has changed, and stays', async () => {
    const other = folder.file('other.gguf');
    await copyFile(EMBEDDED_MODEL, other);
    const { stderr, exitCode } = await user.ask('x', SESSION, other);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(
      /^error: the session zwölf 12 cannot go on: changed since it was left: model\nhint: /m,
    );
    expect(await states()).toEqual(['current', 'state-4']);
  });

  it.each(['../x', '.hidden', '-x', 'x/y'])('is refused when it is called %j', async (name) => {
    const { stderr, exitCode } = await user.ask('x', [`--session=${name}`]);
    expect(exitCode).not.toBe(0);
    expect(stderr).toContain('names no session');
  });
});
