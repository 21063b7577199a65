import { mkdir, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { statePath } from '../../../src/machine/snapshot/files.js';
import { snapshotKey } from '../../../src/machine/snapshot/record.js';
import { FakeInstant } from '../support/saved-machine.js';
import { temporaryFolder } from '../support/temporary.js';

const folder = temporaryFolder();

/** Times that a text has another in it. */
const count = (shown: string, text: string): number => shown.split(text).length - 1;

describe('a machine that may be there at once', () => {
  it('boots, is saved and goes on as a copy; the next one is a copy from the start', async () => {
    const host = await FakeInstant.in(folder());
    for (const starts of [
      ['boot', 'copy'],
      ['boot', 'copy', 'copy'],
    ]) {
      const { shown, end, notes } = await host.run('off');
      expect(await host.starts()).toEqual(starts);
      expect(shown).toMatch(/^booted\r\nawake\r\ntyped off\r\n/);
      expect(count(shown, 'booted')).toBe(1);
      expect(count(shown, 'typed')).toBe(1);
      expect(end.exitCode).toBe(0);
      expect(notes).toEqual([]);
    }
    expect(await host.saved()).toHaveLength(1);
    expect(await host.store.list()).toMatchObject([{ isInUse: false }]);
  });

  it('writes to what is saved until that is done; a copy of it never does', async () => {
    const host = await FakeInstant.in(folder());
    await host.run('off');
    const ofMemory = /^memory-backend-file,.*\bshare=(on|off)/;
    const shares = (await host.qemu.calls()).map((args) =>
      args.map((arg) => ofMemory.exec(arg)?.[1]).find((share) => share !== undefined),
    );
    expect(shares).toEqual(['on', 'off']);
  });

  it('boots another when anything that it is made of is another', async () => {
    const host = await FakeInstant.in(folder());
    await host.run('off');
    host.parts = { kernel: 'another' };
    await host.run('off');
    expect(await host.starts()).toEqual(['boot', 'copy', 'boot', 'copy']);
    expect(await host.saved()).toHaveLength(2);
  });

  it('boots, and keeps nothing, where none is to be saved', async () => {
    const host = await FakeInstant.in(folder());
    host.areKept = false;
    const { shown } = await host.run('off');
    expect(shown).toMatch(/^booted\r\nawake\r\ntyped off\r\n/);
    expect(await host.starts()).toEqual(['boot']);
    await expect(host.saved()).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it.each([
    [
      'QEMU fails',
      `migrate = (path, done) => done({ status: 'failed', 'error-desc': 'no' });`,
      'no',
    ],
    ['QEMU dies', 'migrate = () => process.exit(1);', 'hung up'],
  ])(
    'boots anew, with a line that says why, when it cannot be saved: %s',
    async (_, changes, why) => {
      // The second boot is not to be saved.
      const host = await FakeInstant.in(folder(), changes);
      const { shown, notes } = await host.run('off');
      expect(notes).toEqual([
        expect.stringMatching(
          new RegExp(`^the machine is not saved, and is booted anew: .*${why}`),
        ),
      ]);
      expect(await host.starts()).toEqual(['boot', 'boot']);
      expect(count(shown, 'typed off')).toBe(1);
      expect(await host.saved()).toEqual([]);
    },
  );

  it('boots, with a line that says why, when it cannot be woken', async () => {
    const said = ['qemu: Length mismatch: ram', 'qemu: load of migration failed: Invalid argument'];
    const host = await FakeInstant.in(
      folder(),
      `if (isCopy) { console.error(${JSON.stringify(said.join('\n'))}); process.exit(1); }`,
    );
    const { shown, notes } = await host.run('off');
    expect(notes).toEqual([
      'the saved machine cannot be used, and is booted anew: qemu: Length mismatch: ram',
    ]);
    expect(await host.starts()).toEqual(['boot', 'copy', 'boot']);
    expect(count(shown, 'typed off')).toBe(1);
  });

  it('boots, with a line that says so, when what was saved is damaged, and saves anew', async () => {
    const host = await FakeInstant.in(folder());
    await host.run('off');
    const [key] = await host.saved();
    await truncate(statePath(join(host.store.folder, key!)), 1);
    const { notes } = await host.run('off');
    expect(notes).toEqual(['the saved machine is not whole any more, and is booted anew']);
    expect(await host.starts()).toEqual(['boot', 'copy', 'boot', 'copy']);
    expect(await host.saved()).toEqual([key]);
  });

  it('boots, with a line that says so, when something else has its place', async () => {
    const host = await FakeInstant.in(folder());
    await mkdir(host.store.folder, { recursive: true });
    await writeFile(join(host.store.folder, snapshotKey(host.parts)), '');
    const { shown, notes } = await host.run('off');
    expect(notes).toEqual([expect.stringMatching(/not to be found again, and is booted anew$/)]);
    expect(await host.starts()).toEqual(['boot', 'boot']);
    expect(count(shown, 'typed off')).toBe(1);
  });

  it('ends, and leaves nothing, when it is told to before it is there', async () => {
    const host = await FakeInstant.in(folder(), 'migrate = () => undefined;');
    const abort = new AbortController();
    const { shown, end } = await host.run('off', {
      signal: abort.signal,
      onShown: () => {
        abort.abort();
      },
    });
    expect(shown).toBe('booted\r\n');
    expect(end.hasLeft).toBeUndefined();
    expect(await host.saved()).toEqual([]);
  });
});
