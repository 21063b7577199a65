import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { SessionStore } from '../../src/machine/snapshot/sessions.js';
import { leaveSample } from '../machine/snapshot/samples.js';
import { zosia } from '../support/cli.js';
import { temporaryFolder } from '../support/temporary.js';

describe('zosia session', () => {
  const folder = temporaryFolder();
  let store: SessionStore;
  let number = 0;
  const run = (...args: string[]) =>
    zosia(['session', ...args], { env: { ZOSIA_CACHE: join(store.folder, '..') } });
  beforeEach(() => {
    store = new SessionStore(folder.file(`cache${number++}`));
  });

  it('list says that there is none', async () => {
    expect(await run('list')).toEqual({
      stdout: '',
      stderr: 'no conversation is kept: zosia up --session NAME begins one\n',
      exitCode: 0,
    });
  });

  it('list tells what they are, and which are in use', async () => {
    await leaveSample(store, 'left');
    const open = await store.open('open');
    const lines = (await run('list')).stdout.split('\n');
    expect(lines[0]).toMatch(/^NAME +MODEL +ARCH +RAM +SIZE +LEFT$/);
    expect(lines[1]).toMatch(/^left {2}tiny\.gguf {2}aarch64 {2}576 MiB .* seconds? ago$/);
    expect(lines[2]).toMatch(/^open .* in use$/);
    expect(JSON.parse((await run('list', '--json')).stdout)).toMatchObject([
      { name: 'left', usable: true, inUse: false, model: 'tiny.gguf' },
      { name: 'open', usable: false, inUse: true },
    ]);
    await open.giveBack();
  });

  it('show prints what was said last, and nothing that a terminal obeys', async () => {
    await leaveSample(store, 'x', {
      console: '> \u001b[1mHi\u001b[0m\u001b]0;title\u0007\r\nHello\n',
    });
    const { stdout } = await run('show', 'x');
    expect(stdout).toMatch(/^name {5}x\nmodel {4}tiny\.gguf\nmachine {2}aarch64, 576 MiB\n/);
    expect(stdout).toMatch(/\n\n> Hi\nHello\n$/);
    expect(JSON.parse((await run('show', 'x', '--json')).stdout)).toMatchObject({
      name: 'x',
      cpus: 2,
      console: '> Hi\nHello',
    });
  });

  it('rm removes those that are named, and none when one of them is not there', async () => {
    await leaveSample(store, 'one');
    await leaveSample(store, 'other one');
    expect(await run('rm', 'one', 'none')).toEqual({
      stdout: '',
      stderr: 'error: there is no session none\nhint:  There is one, other one.\n',
      exitCode: 1,
    });
    expect((await run('rm', 'other one')).stderr).toBe('removed the session other one\n');
    expect(await store.list()).toMatchObject([{ name: 'one' }]);
  });

  it.each([['rm'], ['show']])('%s takes no path for a name', async (command) => {
    const { stderr, exitCode } = await run(command, '../snapshots');
    expect(stderr).toMatch(/^error: "\.\.\/snapshots" names no session\nhint: /);
    expect(exitCode).toBe(1);
  });
});
