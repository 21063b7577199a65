import { cp, mkdir, open, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { readStamp } from '../../src/host/file-stamp.js';
import { checkModelDisk } from '../../src/recipes/check-disk.js';
import { writeModelDisk } from '../../src/recipes/model-disk.js';
import type { Model } from '../../src/recipes/model.js';
import { zosiaError } from '../support/errors.js';
import { writeSampleModel } from '../support/model-files.js';
import { temporaryFolder } from '../support/temporary.js';

const folder = temporaryFolder();
let model: Model;
let disk = '';
const write = (format: 'raw' | 'vmdk', verify = false) =>
  writeModelDisk(model, { format, out: disk, verify });

beforeEach(async () => {
  await rm(folder.path, { recursive: true });
  await mkdir(folder.file('all/artifacts'), { recursive: true });
  model = await writeSampleModel(folder.file('all'));
  disk = folder.file('all/artifacts/disk');
});

/** Changes one byte of a file, but no size and no time that stat reports. */
async function flipSecretly(path: string, at: number): Promise<void> {
  const { atime, mtime } = await stat(path);
  const file = await open(path, 'r+');
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, at);
  buffer[0] = buffer[0]! ^ 1;
  await file.write(buffer, 0, 1, at);
  await file.close();
  await utimes(path, atime, mtime);
}

describe('checkModelDisk of a VMDK', () => {
  beforeEach(async () => {
    // Whole seconds, which utimes can give back.
    await utimes(model.path, 1e9, 1e9);
    model = { ...model, parts: [{ ...model.parts[0]!, mtimeNs: 10n ** 18n }] };
    await write('vmdk', true);
  });

  it('accepts an unchanged disk, also by its sha256', async () => {
    await checkModelDisk(disk);
    const seen: number[] = [];
    await checkModelDisk(disk, { verify: true, onProgress: (done) => seen.push(done) });
    expect(seen.at(-1)).toBe(model.sizeBytes);
  });

  it('finds files in the manifest by relative names, with size, time and sha256', async () => {
    const manifest = JSON.parse(await readFile(`${disk}.json`, 'utf8')) as { files: unknown };
    expect(manifest.files).toEqual([
      {
        name: 'disk-metadata.img',
        sizeBytes: expect.any(Number) as number,
        mtimeNs: expect.stringMatching(/^\d{19}$/) as string,
        endsSha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
      },
      {
        name: '../model.gguf',
        sizeBytes: model.sizeBytes,
        mtimeNs: '1000000000000000000',
        sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
        endsSha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
      },
    ]);
  });

  it('accepts a disk that was moved together with its files', async () => {
    await rename(folder.file('all'), folder.file('elsewhere'));
    await checkModelDisk(folder.file('elsewhere/artifacts/disk'), { verify: true });
  });

  it.each<[string, () => Promise<unknown>]>([
    ['a file that grew', () => writeFile(model.path, 'more', { flag: 'a' })],
    ['a file that was written', () => utimes(model.path, 1e9, 1e9 + 0.001)],
    ['a missing file', () => rm(model.path)],
    ['missing metadata', () => rm(`${disk}-metadata.img`)],
    ['metadata that was written', () => utimes(`${disk}-metadata.img`, 1e9, 1e9)],
    ['a changed descriptor', () => flipSecretly(disk, 40)],
  ])('rejects a disk with %s', async (_, change) => {
    await change();
    await expect(checkModelDisk(disk)).rejects.toThrow(zosiaError('ZOSIA_DISK_CHANGED'));
  });

  it('rejects other contents of the same size and time only by sha256', async () => {
    await flipSecretly(model.path, model.sizeBytes - 100_000);
    await checkModelDisk(disk);
    await expect(checkModelDisk(disk, { verify: true })).rejects.toThrow(
      zosiaError('ZOSIA_DISK_CHANGED'),
    );
  });

  it.each([
    ['', /: it is not JSON/],
    ['[]', /: it is a list, not an object$/],
    ['{"schema":1,"product":"model-disk"}', /: it lacks "inputs"$/],
    ['{"schema":1,"product":"efi-disk"}', /: product is "efi-disk", not "model-disk"$/],
    ['null', /: it is null, not an object$/],
    ['{"schema":2}', /: schema is 2, not 1$/],
    [
      '{"schema":1,"product":"model-disk","inputs":[{"path":"/m","sizeBytes":-1}]}',
      /: inputs\[0\]\.sizeBytes is -1, not a whole number from 0 to \d+$/,
    ],
  ])('rejects a damaged manifest: %j', async (text, problem) => {
    await writeFile(`${disk}.json`, text);
    await expect(checkModelDisk(disk)).rejects.toMatchObject({
      code: 'ZOSIA_MANIFEST_DAMAGED',
      message: expect.stringMatching(problem) as string,
    });
  });
});

describe('checkModelDisk of a raw disk', () => {
  it('accepts a copied disk when the model is missing', async () => {
    await write('raw', true);
    await rm(model.path);
    await cp(disk, `${disk}2`);
    await cp(`${disk}.json`, `${disk}2.json`);
    await checkModelDisk(`${disk}2`, { verify: true });
  });

  it('rejects a truncated disk, and a changed byte of the model by its sha256', async () => {
    await write('raw', true);
    const bytes = await readFile(disk);
    const at = bytes.indexOf(await readFile(model.path));
    expect(at).toBeGreaterThan(0);
    bytes[at + 700] = bytes[at + 700]! ^ 1;
    await writeFile(disk, bytes);
    await checkModelDisk(disk);
    await expect(checkModelDisk(disk, { verify: true })).rejects.toThrow(
      zosiaError('ZOSIA_DISK_CHANGED'),
    );
    await writeFile(disk, bytes.subarray(0, -4096));
    await expect(checkModelDisk(disk)).rejects.toThrow(zosiaError('ZOSIA_DISK_CHANGED'));
  });
});

describe('checkModelDisk of a disk without checksums', () => {
  it('accepts a disk without a manifest, but cannot verify it', async () => {
    await writeFile(disk, 'anything');
    await checkModelDisk(disk);
    await expect(checkModelDisk(disk, { verify: true })).rejects.toThrow(
      zosiaError('ZOSIA_DISK_NOT_VERIFIABLE'),
    );
  });

  it('cannot verify a disk whose long files were not read', async () => {
    const file = await open(model.path, 'r+');
    await file.truncate(2 << 20);
    await file.close();
    model = { ...model, parts: [{ ...model.parts[0]!, ...(await readStamp(model.path)) }] };
    await write('vmdk');
    await expect(checkModelDisk(disk, { verify: true })).rejects.toThrow(
      zosiaError('ZOSIA_DISK_NOT_VERIFIABLE'),
    );
    await write('vmdk', true);
    await checkModelDisk(disk, { verify: true });
  });
});
