import { copyFile, readdir, rename } from 'node:fs/promises';
import { basename, delimiter } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { hostFolders } from '../../src/host/host-folders.js';
import { findQemu } from '../../src/machine/machine.js';
import { EMBEDDED_MODEL } from '../support/embedded-model.js';
import { temporaryFolder } from '../support/temporary.js';
import { GUESTS_OF_HOST_TESTS } from './instant/architectures.js';
import { InstantUser, answersOf, appendTo, until } from './instant/host.js';
import type { Started, Talk } from './instant/host.js';

const NAME = 'zwölf 12';
const SESSION = ['--temp', '0', '--session', NAME];

describe.each(GUESTS_OF_HOST_TESTS)('a session on %s', (arch) => {
  const folder = temporaryFolder();
  let user: InstantUser;
  beforeAll(async () => {
    user = new InstantUser(arch, folder.path);
    await user.prepare();
  });

  const states = (): Promise<string[]> => user.session(NAME);
  /** How many times the session has been left. */
  const generation = async (): Promise<number> =>
    Number(/^current,state-(\d+)$/.exec((await states()).join())?.[1]);

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

  it.each([
    ['Ctrl+A X, in the middle of a line', 'aa', '\x01x'],
    ['Ctrl+C at the empty prompt', 'bb', '\x15\x03'],
    ['/poweroff', 'cc', '\x15/poweroff\r'],
  ])('is kept at %s', async (_, line, keys) => {
    const before = await generation();
    const terminal = user.open(SESSION);
    try {
      terminal.type(`\x15${line}`);
      // The terminal echoes it, too, before zosia takes it over.
      await terminal.shows(new RegExp(`2004h> [^]*${line}$`));
      terminal.type(keys);
      await terminal.shows(/the session zwölf 12 is kept/);
      expect(await terminal.ended()).toBe(0);
    } finally {
      terminal.kill();
    }
    expect(await generation()).toBe(before + 1);
  });

  it.each([
    ['SIGHUP', 129],
    ['SIGTERM', 143],
  ] as const)('is kept at %s', async (signal, exitCode) => {
    const before = await generation();
    const start = user.start(SESSION);
    await start.shown(/regen/);
    start.kill(signal);
    expect(await start.ended()).toBe(exitCode);
    expect(await generation()).toBe(before + 1);
  });

  const isRestoring = async (): Promise<boolean> =>
    (await user.machines()).some((args) => args.includes('-incoming'));
  const isSaving = async (): Promise<boolean> =>
    (await readdir(user.sessions, { recursive: true })).some((path) =>
      /\.zosia-.*state$/.test(path),
    );

  it.each([
    ['restored', () => until(isRestoring)],
    [
      'saved',
      async (start: Started) => {
        await start.shown(/regen/);
        start.kill('SIGTERM');
        await until(isSaving);
      },
    ],
  ])('is as it was left when zosia is killed while it is %s', async (_, untilThen) => {
    const before = await generation();
    const start = user.start(SESSION);
    await untilThen(start);
    start.kill('SIGKILL');
    expect(await start.ended()).toBe('SIGKILL');
    await until(async () => (await user.machines()).length === 0);
    const { stdout, stderr, exitCode } = await user.ask('/regen', SESSION);
    expect(exitCode, stderr).toBe(0);
    expect(answersOf(stdout)).toContain('boots straight into the model');
    // What was half kept counts for nothing, and is gone.
    expect(await generation()).toBe(before + 1);
  });

  /** What a session's machine is made of. */
  const CHANGES = {
    kernel: () => askChanged('kernel'),
    initramfs: () => askChanged('initramfs'),
    QEMU: async () => {
      const { path } = await findQemu(arch, hostFolders(process.env).searchPath);
      const other = folder.file(basename(path));
      await copyFile(path, other);
      await appendTo(other, Buffer.alloc(1));
      const searched = [folder.path, process.env.PATH].join(delimiter);
      return user.ask('x', SESSION, undefined, { PATH: searched });
    },
    // From then on the model disk, too, is another.
    model: async () => {
      const other = folder.file('other.gguf');
      await copyFile(EMBEDDED_MODEL, other);
      return user.ask('x', SESSION, other);
    },
    RAM: () => user.ask('x', [...SESSION, '--ram', '700']),
    settings: () => user.ask('x', [...SESSION, '--ctx', '128']),
  } as const;

  async function askChanged(file: 'kernel' | 'initramfs'): Promise<Talk> {
    const path = user.guest[file];
    await copyFile(path, `${path}.before`);
    try {
      await appendTo(path, Buffer.alloc(512));
      return await user.askAsIs('x', SESSION);
    } finally {
      await rename(`${path}.before`, path);
    }
  }

  it.each(Object.entries(CHANGES))(
    'is refused with another %s, with what has changed, and stays',
    async (part, askOther) => {
      const before = await states();
      const { stderr, exitCode } = await askOther();
      expect(exitCode).toBe(1);
      const [, changed] =
        /^error: the session zwölf 12 cannot go on: changed since it was left: (.*)$/m.exec(
          stderr,
        )!;
      // A QEMU that lies elsewhere may start the machine otherwise.
      expect(changed?.replace('QEMU, machine', 'QEMU').replace(/ \(.*\)$/, '')).toBe(part);
      expect(stderr).toMatch(/^hint: .*begin anew, with another name/m);
      expect(await states()).toEqual(before);
    },
  );

  it('goes on when all is as it was', async () => {
    const before = await generation();
    const { stderr, exitCode } = await user.ask('/regen', SESSION);
    expect(exitCode, stderr).toBe(0);
    expect(await generation()).toBe(before + 1);
  });

  it.each(['../x', '.hidden', '-x', 'x/y'])('is refused when it is called %j', async (name) => {
    const { stderr, exitCode } = await user.ask('x', [`--session=${name}`]);
    expect(exitCode).not.toBe(0);
    expect(stderr).toContain('names no session');
  });
});
