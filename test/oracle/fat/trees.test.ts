import { mkdir, readFile, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { planFat } from '../../../src/formats/fat/plan.js';
import { writeRaw } from '../../../src/host/raw-writer.js';
import { arbitraryTree } from '../../formats/fat/arbitrary-tree.js';
import { temporaryFolder } from '../../support/temporary.js';
import { describeWith, fsckFat, run } from './programs.js';

const TREES = 220;
/** The longest name that host file systems accept. */
const MAX_HOST_NAME_BYTES = 255;

/** Every path below a folder, with the contents of files. */
async function readTree(folder: string): Promise<Map<string, Buffer | undefined>> {
  const found = new Map<string, Buffer | undefined>();
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const contents = entry.isDirectory() ? undefined : await readFile(path);
    found.set(path.slice(folder.length), contents);
  }
  return found;
}

const hostNames = (paths: Iterable<string>): boolean =>
  [...paths].every((path) =>
    path.split('/').every((name) => Buffer.byteLength(name) <= MAX_HOST_NAME_BYTES),
  );

describeWith(['fsck.fat', 'mcopy'], `${TREES} generated trees`, () => {
  const folder = temporaryFolder();

  it('are clean for fsck.fat, and mtools copies them out as they were planned', async () => {
    const disk = folder.file('disk.img');
    const copy = folder.file('copy');
    const trees = arbitraryTree.filter(({ expected }) => hostNames(expected.keys()));
    await fc.assert(
      fc.asyncProperty(trees, async ({ entries, options, expected }) => {
        await writeRaw(planFat(entries, options), disk, { durable: false });
        const checked = fsckFat(disk);
        expect(checked.status, checked.output).toBe(0);

        await rm(copy, { recursive: true, force: true });
        await mkdir(copy);
        if (expected.size === 0) return;
        const copied = run('mcopy', ['-s', '-n', '-i', disk, '::*', copy]);
        expect(copied.status, copied.output).toBe(0);
        const found = await readTree(copy);
        expect([...found.keys()].sort()).toEqual([...expected.keys()].sort());
        for (const [path, contents] of expected) {
          if (contents) expect(found.get(path)?.equals(contents), path).toBe(true);
        }
      }),
      { numRuns: TREES },
    );
  });
});
