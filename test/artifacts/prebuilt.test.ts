import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { prebuiltDigest, prebuiltInit } from '../../src/artifacts/prebuilt.js';
import { parseSums } from '../../src/artifacts/summed-file.js';
import { sha256 } from '../../src/image/sha256.js';
import { temporaryFolder } from './samples.js';

async function prebuilt(init: string, sums: string): Promise<string> {
  const folder = await temporaryFolder();
  await mkdir(join(folder, 'aarch64'));
  await writeFile(join(folder, 'aarch64', 'init'), init);
  await writeFile(join(folder, 'aarch64', 'SHA256SUMS'), sums);
  return folder;
}

describe('prebuiltInit', () => {
  it('returns the program whose checksum is right', async () => {
    const folder = await prebuilt('program', `${sha256('program')}  init\n`);
    expect(Buffer.from(await prebuiltInit('aarch64', folder)).toString()).toBe('program');
    expect(await prebuiltInit('aarch64', `${folder}/`)).toHaveLength(7);
  });

  it.each([`${sha256('other')}  init\n`, `${sha256('program')}  else\n`, ''])(
    'throws when the checksums are "%s"',
    async (sums) => {
      const folder = await prebuilt('program', sums);
      await expect(prebuiltInit('aarch64', folder)).rejects.toMatchObject({
        code: 'ZOSIA_GUEST_DAMAGED',
        message: expect.stringContaining(join('aarch64', 'init')),
        hint: expect.any(String),
      });
    },
  );

  it('reports a missing program', async () => {
    const folder = await prebuilt('program', '');
    await expect(prebuiltInit('x86_64', folder)).rejects.toMatchObject({
      code: 'ZOSIA_GUEST_DAMAGED',
      message: expect.stringContaining('ENOENT'),
    });
  });
});

describe('prebuiltDigest', () => {
  it('is what the checksums say, whatever the program is', async () => {
    const folder = await prebuilt('program', `${sha256('other')}  init\n`);
    expect(await prebuiltDigest('aarch64', 'init', folder)).toBe(sha256('other'));
  });

  it('is none without checksums, and of what they do not name', async () => {
    const folder = await prebuilt('program', `${sha256('program')}  else\n`);
    for (const arch of ['aarch64', 'x86_64'] as const) {
      await expect(prebuiltDigest(arch, 'init', folder)).rejects.toMatchObject({
        code: 'ZOSIA_GUEST_DAMAGED',
        message: expect.stringContaining('SHA256SUMS'),
      });
    }
  });
});

it('parses both of the formats that sha256sum writes', () => {
  const digest = 'a'.repeat(64);
  expect(parseSums(`${digest}  a b\n${digest} *c\nnonsense\n${digest} d\n`)).toEqual(
    new Map([
      ['a b', digest],
      ['c', digest],
    ]),
  );
});
