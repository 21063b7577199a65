import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import type { Header } from 'tar-stream';
import { describe, expect, it } from 'vitest';
import { tarTree } from '../../../src/formats/tar/tree.js';
import { accessBytes } from '../../../src/image/random-access.js';

/** A tar archive of these members. */
async function tarOf(
  ...members: readonly (Partial<Header> & { name: string; data?: string })[]
): Promise<Buffer> {
  const archive = pack();
  for (const { data, ...header } of members) archive.entry(header, data ?? '');
  archive.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of archive as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const read = (bytes: Uint8Array, maxBytes = 1 << 20) => tarTree(accessBytes(bytes), { maxBytes });

describe('a tar archive as a tree', () => {
  it('has owners, modes, links, devices and times', async () => {
    const mtime = new Date(1_700_000_000_000);
    const common = { uid: 3, gid: 4, mtime };
    const attributes = { uid: 3, gid: 4, mtime: { seconds: 1_700_000_000 } };
    const bytes = await tarOf(
      { name: './', type: 'directory', mode: 0o755, ...common },
      { name: './bin/su', mode: 0o4755, data: 'text', ...common },
      { name: './bin/sudo', type: 'link', linkname: './bin/su' },
      { name: './sh', type: 'symlink', linkname: '../x', mode: 0o777, ...common },
      {
        name: './null',
        type: 'character-device',
        devmajor: 1,
        devminor: 3,
        mode: 0o666,
        ...common,
      },
    );
    for (const packed of [bytes, gzipSync(bytes)]) {
      expect(await read(packed)).toEqual([
        { path: '/', type: 'directory', mode: 0o755, ...attributes },
        {
          ...{ path: '/bin/su', type: 'file', mode: 0o4755, ...attributes },
          data: new Uint8Array(Buffer.from('text')),
        },
        { path: '/bin/sudo', type: 'hardlink', target: '/bin/su' },
        { path: '/sh', type: 'symlink', target: '../x', mode: 0o777, ...attributes },
        { path: '/null', type: 'character-device', major: 1, minor: 3, mode: 0o666, ...attributes },
      ]);
    }
  });

  it.each([
    ['climbs', { name: '../etc/passwd', data: 'x' }],
    ['climbs in between', { name: 'a/../../b', data: 'x' }],
    ['links to what lies outside', { name: 'a', type: 'link', linkname: '../../b' }],
    ['has a root that is a file', { name: './', type: 'symlink', linkname: '/' }],
  ] as const)('is refused when it %s', async (_, member) => {
    await expect(read(await tarOf(member))).rejects.toMatchObject({ code: 'ZOSIA_TAR_CORRUPT' });
  });

  it('is refused when it is cut short, wherever that is', async () => {
    const bytes = await tarOf({ name: 'a', data: 'x'.repeat(2000) });
    for (let end = 0; end < 2300; end += 100) {
      await expect(read(bytes.subarray(0, end)), `${end}`).rejects.toMatchObject({
        code: 'ZOSIA_TAR_CORRUPT',
      });
    }
    await expect(read(gzipSync(bytes).subarray(0, 40))).rejects.toMatchObject({
      code: expect.stringMatching(/^ZOSIA_(TAR|GZIP)_CORRUPT$/) as string,
    });
  });

  it('is refused when it unpacks to more than is allowed', async () => {
    const bytes = gzipSync(await tarOf({ name: 'a', data: '\0'.repeat(100_000) }));
    await expect(read(bytes, 99_999)).rejects.toMatchObject({
      code: 'ZOSIA_DECOMPRESSED_TOO_LARGE',
    });
  });
});
