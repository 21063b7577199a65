import { writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { openBuildroot } from '../../../src/artifacts/buildroot/output.js';
import { TAR_END, tarMember } from '../../formats/tar/build.js';
import { temporaryFolder } from '../../support/temporary.js';

const folder = temporaryFolder();

/** Looks into an archive with members of these names. */
async function look(...names: readonly string[]) {
  const path = folder.file('output.tar');
  await writeFile(path, Buffer.concat([...names.map((name) => tarMember({ name }, 'x')), TAR_END]));
  return openBuildroot(path, { origin: 'output.tar' });
}

const many = (count: number, name: string): string[] =>
  Array.from({ length: count }, (_, index) => `a${index}/${name}`);

describe('an archive with more than one output', () => {
  it('is refused with two of the names, however many it has', async () => {
    await expect(look(...many(5, 'rootfs.cpio'))).rejects.toMatchObject({
      code: 'ZOSIA_BUILDROOT_AMBIGUOUS',
      message: 'output.tar has 5 root file systems, as a0/rootfs.cpio and a1/rootfs.cpio',
    });
  });

  it('is refused before it has been read to its end where that says nothing more', async () => {
    await expect(look(...many(257, 'rootfs.cpio'))).rejects.toMatchObject({
      code: 'ZOSIA_BUILDROOT_AMBIGUOUS',
      message: expect.stringMatching(
        /more than 256 files .* as a0\/rootfs.cpio and a1\/rootfs.cpio$/,
      ),
    });
    // One path is one file, however often it is there.
    const once = Array<string>(300).fill('images/Image');
    expect((await look(...once)).kernel?.path).toBe('images/Image');
  });

  it('has a note that names a few of the files that are of no use', async () => {
    const { notes } = await look('images/Image', ...many(9, 'rootfs.ext2'));
    expect(notes).toEqual([
      expect.stringMatching(/^a0\/rootfs.ext2, .*, a3\/rootfs.ext2 and 5 more are of no use here/),
    ]);
  });

  it('has its names printed without what a terminal obeys, or takes for another line', async () => {
    const { kernel, notes } = await look('a\nerror: b/Image', '\x1b[2J/rootfs.ext2');
    expect(kernel?.path).toBe('a\\x0aerror: b/Image');
    expect(notes).toEqual([expect.stringMatching(/^\\x1b\[2J\/rootfs\.ext2 is of no use/)]);
  });
});
