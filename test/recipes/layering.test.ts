import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unpackCpio } from '../../src/formats/cpio/root/unpack.js';
import { resolve } from '../../src/formats/cpio/root/resolve.js';
import { planCpio } from '../../src/formats/cpio/writer.js';
import type { CpioEntry } from '../../src/formats/cpio/writer.js';
import { openPlan } from '../../src/host/image-reader.js';
import type { Image } from '../../src/image/image.js';
import { layOver } from '../../src/recipes/layering.js';

async function bytesOf(image: Image): Promise<Buffer> {
  const source = openPlan(image);
  return Buffer.from(await source.read(0, image.sizeBytes));
}

async function rootOf(image: Image) {
  const { unpacked, damage, skipped } = await unpackCpio(openPlan(image));
  expect(damage).toBeUndefined();
  return { root: unpacked.root, skipped };
}

/** Lays entries over others; what the kernel makes of it. */
async function layered(base: readonly CpioEntry[], entries: readonly CpioEntry[]) {
  const archive = planCpio(base);
  const image = layOver({ archive, root: (await rootOf(archive)).root }, entries);
  const { root, skipped } = await rootOf(image);
  return {
    archive,
    image,
    skipped,
    find: (path: string) => resolve(root, path, true),
    text: async (path: string) => {
      const file = resolve(root, path, true);
      if (!file?.part) return undefined;
      const bytes = await file.part.content.read(file.offset, file.dataBytes);
      return Buffer.from(bytes).toString();
    },
  };
}

const file = (path: string, data: string, more: Partial<CpioEntry> = {}): CpioEntry =>
  ({ path, type: 'file', data, ...more }) as CpioEntry;
const link = (path: string, target: string): CpioEntry => ({ path, type: 'symlink', target });

const INIT = file('/init', 'zosia');
const LIBRARY = file('/usr/lib/x86_64-linux-gnu/libc.so.6', 'ours');

describe('files that are laid over a base', () => {
  it.each([
    ['has /lib as a folder', [file('/lib/ld.so', 'theirs')]],
    ['has /lib as a link', [file('/usr/lib/ld.so', 'theirs'), link('/lib', 'usr/lib')]],
    ['has /usr/lib as a link', [file('/lib/ld.so', 'theirs'), link('/usr/lib', '../lib')]],
    ['has an absolute link', [file('/lib/ld.so', 'theirs'), link('/usr/lib', '/lib')]],
  ])('come beside its libraries when it %s', async (_, base) => {
    const { text, skipped } = await layered(base, [INIT, LIBRARY]);
    expect(await text('/lib/ld.so')).toBe('theirs');
    expect(await text('/usr/lib/x86_64-linux-gnu/libc.so.6')).toBe('ours');
    expect(await text('/init')).toBe('zosia');
    expect(skipped.problems).toEqual([]);
  });

  it('take the place of an init that is a link, and of one that has other names', async () => {
    const linked = await layered(
      [file('/bin/busybox', 'box'), link('/init', 'bin/busybox')],
      [INIT],
    );
    expect(await linked.text('/bin/busybox')).toBe('box');
    expect(await linked.text('/init')).toBe('zosia');
    const named = await layered(
      [file('/bin/busybox', 'box'), { path: '/init', type: 'hardlink', target: '/bin/busybox' }],
      [INIT],
    );
    expect(await named.text('/bin/busybox')).toBe('box');
    expect(await named.text('/init')).toBe('zosia');
  });

  it('leave the attributes of its folders', async () => {
    const folder: CpioEntry = {
      ...{ path: '/usr', type: 'directory', mode: 0o750, uid: 7, gid: 8 },
      mtime: { seconds: 9 },
    };
    const { find } = await layered([folder], [LIBRARY]);
    expect(find('/usr')).toMatchObject({ mode: 0o750, uid: 7, gid: 8, mtimeSeconds: 9 });
    expect(find('/usr/lib')).toMatchObject({ mode: 0o755, uid: 0 });
  });

  it('are refused where a file of the base is in the way', async () => {
    for (const base of [
      [file('/usr/lib/x86_64-linux-gnu/libc.so.6', 'theirs')],
      [file('/usr/lib', 'no folder')],
      [link('/usr', 'usr')],
      [file('/usr/lib/x86_64-linux-gnu/libc.so.6/x', 'a folder')],
    ]) {
      await expect(layered(base, [LIBRARY])).rejects.toMatchObject({ code: 'ZOSIA_BASE_CONFLICT' });
    }
  });

  const paths = fc
    .array(fc.constantFrom('a', 'b', 'usr', 'lib', 'init'), { minLength: 1, maxLength: 3 })
    .map((names) => `/${names.join('/')}`);
  const entries = fc
    .uniqueArray(fc.tuple(paths, fc.string({ maxLength: 9 })), { selector: ([path]) => path })
    .map((all) =>
      all
        .filter(([path]) => !all.some(([other]) => other.startsWith(`${path}/`)))
        .map(([path, data]) => file(path, data)),
    );

  it('leave its bytes, and the files beside them', async () => {
    let laid = 0;
    await fc.assert(
      fc.asyncProperty(entries, entries, async (base, others) => {
        let result;
        try {
          result = await layered(base, others);
        } catch (error) {
          expect(error).toMatchObject({ code: 'ZOSIA_BASE_CONFLICT' });
          return;
        }
        laid++;
        const { archive, image, text } = result;
        const before = await bytesOf(archive);
        expect((await bytesOf(image)).subarray(0, before.length).equals(before)).toBe(true);
        const expected = new Map([...base, ...others].map((entry) => [entry.path, entry]));
        for (const [path, entry] of expected) {
          expect((await text(path)) ?? '').toBe((entry as { data: string }).data);
        }
      }),
      { numRuns: 300 },
    );
    expect(laid).toBeGreaterThan(20);
  });
});
