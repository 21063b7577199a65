import { mkdir, readdir, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { hostProcesses } from '../../../src/host/process-owner.js';
import { statePath } from '../../../src/machine/snapshot/files.js';
import { SessionStore } from '../../../src/machine/snapshot/sessions.js';
import { temporaryFolder } from '../../support/temporary.js';
import { leaveSample } from './samples.js';

describe('a store of sessions', () => {
  const folder = temporaryFolder();
  let store: SessionStore;
  let number = 0;
  beforeEach(() => {
    store = new SessionStore(folder.file(`cache${number++}`));
  });

  const consoleOf = async (name: string): Promise<string | undefined> => {
    const bytes = await store.readConsole(await store.find(name));
    return bytes && Buffer.from(bytes).toString();
  };

  it('has nothing before there is a folder', async () => {
    expect(await store.list()).toEqual([]);
    await expect(store.find('x')).rejects.toMatchObject({ code: 'ZOSIA_NO_SESSION' });
    await expect(store.remove(['x'])).rejects.toMatchObject({ code: 'ZOSIA_NO_SESSION' });
    expect(await readdir(folder.path)).not.toContain(`cache${number - 1}`);
  });

  it('keeps what was left last, and nothing of what was left before', async () => {
    await leaveSample(store, 'Zoë 中', { console: 'first' });
    await leaveSample(store, 'Zoë 中', { console: 'second' });
    expect(await consoleOf('Zoë 中')).toBe('second');
    const [session] = await store.list();
    expect(session).toMatchObject({ name: 'Zoë 中', isInUse: false, subject: { ramMiB: 576 } });
    expect((await readdir(session!.folder)).sort()).toEqual(['current', 'state-2']);
  });

  it('finds a name however its accents are composed', async () => {
    await leaveSample(store, 'Zo\u0065\u0308');
    expect(await consoleOf('Zo\u00eb')).toBe('console');
  });

  it('tells of a session that is open, and lets nobody else have or remove it', async () => {
    const session = await store.open('new');
    const inUse = { code: 'ZOSIA_SESSION_IN_USE' };
    expect(await store.list()).toMatchObject([{ name: 'new', isInUse: true, leftMs: undefined }]);
    await expect(store.open('new')).rejects.toMatchObject(inUse);
    await expect(store.remove(['new'])).rejects.toMatchObject(inUse);
    await session.giveBack();
    expect(await store.list()).toEqual([]);
  });

  it('removes all that are named, each once, or none', async () => {
    for (const name of ['a', 'b', 'c']) await leaveSample(store, name);
    const open = await store.open('c');
    await expect(store.remove(['a', 'c'])).rejects.toMatchObject({ code: 'ZOSIA_SESSION_IN_USE' });
    await expect(store.remove(['a', 'd'])).rejects.toMatchObject({ code: 'ZOSIA_NO_SESSION' });
    expect((await store.list()).map(({ name }) => name).sort()).toEqual(['a', 'b', 'c']);
    await open.giveBack();
    expect(await store.remove(['a', 'b', 'a'])).toMatchObject([{ name: 'a' }, { name: 'b' }]);
    expect((await store.list()).map(({ name }) => name)).toEqual(['c']);
  });

  it('tells of one that is damaged, and removes it', async () => {
    await leaveSample(store, 'x');
    const [{ folder: path } = { folder: '' }] = await store.list();
    await truncate(statePath(join(path, 'state-1')), 2);
    expect(await consoleOf('x')).toBeUndefined();
    const session = await store.open('x');
    await expect(session.read()).rejects.toMatchObject({
      code: 'ZOSIA_SESSION_DAMAGED',
      hint: 'To begin anew: zosia session rm x',
    });
    await session.giveBack();
    await store.remove(['x']);
    expect(await readdir(store.folder)).toEqual([]);
  });

  it('removes what was killed while it removed a session', async () => {
    const { place } = hostProcesses();
    const gone = join(store.folder, `.zosia-4194999-1-${place}-1.tmp`);
    await mkdir(join(gone, 'state-1'), { recursive: true });
    expect(await store.list()).toEqual([]);
    expect(await readdir(store.folder)).toEqual([]);
  });

  it.each(['../x', '.x', 'a/b', '', '-x', 'x\n', 'x'.repeat(129)])(
    'refuses the name %j, and touches nothing',
    async (name) => {
      await mkdir(join(store.folder, 'y'), { recursive: true });
      await writeFile(join(store.folder, 'x'), '');
      const bad = { code: 'ZOSIA_BAD_SESSION_NAME' };
      await expect(store.open(name)).rejects.toMatchObject(bad);
      await expect(store.remove([name])).rejects.toMatchObject(bad);
      expect((await readdir(store.folder)).sort()).toEqual(['x', 'y']);
    },
  );
});
