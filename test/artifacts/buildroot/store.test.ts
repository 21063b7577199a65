import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { PinnedBuildroot } from '../../../src/artifacts/buildroot/lock.js';
import { findFetched, replaceFetched } from '../../../src/artifacts/buildroot/store.js';
import { digestBytes } from '../../../src/host/digest.js';
import { temporaryFolder } from '../../support/temporary.js';

const folder = temporaryFolder();
let count = 0;

const NAMES = { kernel: 'Image', rootfs: 'rootfs.cpio' } as const;

/** What is taken of an output that has this text in both of its files. */
function pinnedOf(text: string): PinnedBuildroot {
  const of = (what: keyof typeof NAMES) => {
    const bytes = Buffer.from(`${what} ${text}`);
    return { name: NAMES[what], sizeBytes: bytes.length, sha256: digestBytes(bytes) };
  };
  return { origin: 'output', kernel: of('kernel'), rootfs: of('rootfs') };
}

/** A place with its lock, as who is killed at a moment leaves them. */
async function place() {
  const root = folder.file(`case ${++count}`);
  const store = join(root, 'base');
  await mkdir(store, { recursive: true });
  let lock: PinnedBuildroot | undefined;
  const take = async (text: string, kill?: 'before the lock' | 'behind it') => {
    const staged = join(root, `staged ${text}`);
    await mkdir(staged, { recursive: true });
    for (const [what, name] of Object.entries(NAMES)) {
      await writeFile(join(staged, name), `${what} ${text}`);
    }
    const commit = (): Promise<void> => {
      if (kill === 'before the lock') throw new Error('killed');
      lock = pinnedOf(text);
      if (kill === 'behind it') throw new Error('killed');
      return Promise.resolve();
    };
    const pinned = pinnedOf(text);
    await replaceFetched(store, { staged, before: lock, pinned, commit }).catch(
      (error: unknown) => {
        expect(error).toMatchObject({ message: 'killed' });
      },
    );
  };
  const found = async (): Promise<string[]> => {
    const texts: string[] = [];
    for (const what of ['kernel', 'rootfs'] as const) {
      const file = lock && (await findFetched(store, lock[what]!));
      if (file) expect(file.isPinned).toBe(true);
      if (file) texts.push(await readFile(file.path, 'utf8'));
    }
    return texts;
  };
  return { store, take, found };
}

it('what was taken is found as the lock has it, whenever who takes something else is killed', async () => {
  const { store, take, found } = await place();
  await take('1');
  expect(await found()).toEqual(['kernel 1', 'rootfs 1']);
  await take('2', 'before the lock');
  expect(await found()).toEqual(['kernel 1', 'rootfs 1']);
  await take('2', 'behind it');
  expect(await found()).toEqual(['kernel 2', 'rootfs 2']);
  // Twice, with what the first has not moved.
  await take('3', 'before the lock');
  expect(await found()).toEqual(['kernel 2', 'rootfs 2']);
  await take('3');
  expect(await found()).toEqual(['kernel 3', 'rootfs 3']);
  expect((await readdir(store)).sort()).toEqual(['Image', 'rootfs.cpio']);
});

it('what was changed, or is another file in between, is not taken for what is pinned', async () => {
  const { store, take, found } = await place();
  await take('1');
  await take('2', 'behind it');
  await writeFile(join(store, 'incoming/Image'), 'kernel 3');
  const { kernel } = pinnedOf('2');
  expect(await findFetched(store, kernel!)).toMatchObject({ isPinned: false });
  await take('2');
  expect(await found()).toEqual(['kernel 2', 'rootfs 2']);
});
