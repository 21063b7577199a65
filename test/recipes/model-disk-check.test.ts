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

/** Changes one byte of a file and nothing that stat shows. */
async function flipSecretly(path: string, at: number): Promise<void> {
  const { atime, mtime } = await stat(path);
  const file = await open(path, 'r+');
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, at);
  buffer[0] = buffer[0]! ^ 1;
  await file.write(buffer, 0, 1, at);
  await file.close();
  await utimes(path, atime, mtime);
}

describe('a VMDK', () => {
  beforeEach(async () => {
    // Whole seconds, which utimes can give back.
    await utimes(model.path, 1e9, 1e9);
    model = { ...model, parts: [{ ...model.parts[0]!, mtimeNs: 10n ** 18n }] };
    await write('vmdk', true);
  });

  it('is good as long as nothing changed, also with sha256', async () => {
    await checkModelDisk(disk);
    const seen: number[] = [];
    await checkModelDisk(disk, { verify: true, onProgress: (done) => seen.push(done) });
    expect(seen.at(-1)).toBe(model.sizeBytes);
  });

  it('names its files relative to itself, with size, time and sha256', async () => {
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

  it('is as good where it is moved together with its files', async () => {
    await rename(folder.file('all'), folder.file('elsewhere'));
    await checkModelDisk(folder.file('elsewhere/artifacts/disk'), { verify: true });
  });

  it.each<[string, () => Promise<unknown>]>([
    ['grew', () => writeFile(model.path, 'more', { flag: 'a' })],
    ['was written', () => utimes(model.path, 1e9, 1e9 + 0.001)],
    ['is gone', () => rm(model.path)],
    ['lost its metadata', () => rm(`${disk}-metadata.img`)],
    ['has metadata of another', () => utimes(`${disk}-metadata.img`, 1e9, 1e9)],
    ['has another descriptor', () => flipSecretly(disk, 40)],
  ])('is refused once a file %s', async (_, change) => {
    await change();
    await expect(checkModelDisk(disk)).rejects.toThrow(zosiaError('ZOSIA_DISK_CHANGED'));
  });

  it('with other contents of the same size and time is refused only by sha256', async () => {
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
  ])('is refused with a damaged manifest: %j', async (text, problem) => {
    await writeFile(`${disk}.json`, text);
    await expect(checkModelDisk(disk)).rejects.toMatchObject({
      code: 'ZOSIA_MANIFEST_DAMAGED',
      message: expect.stringMatching(problem) as string,
    });
  });
});

describe('a raw disk', () => {
  it('is its own, whatever becomes of the model', async () => {
    await write('raw', true);
    await rm(model.path);
    await cp(disk, `${disk}2`);
    await cp(`${disk}.json`, `${disk}2.json`);
    await checkModelDisk(`${disk}2`, { verify: true });
  });

  it('is refused when it was cut short, and by sha256 when a byte of the model changed', async () => {
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

describe('a disk of which nothing is written down', () => {
  it('is taken as it is, and cannot be verified', async () => {
    await writeFile(disk, 'anything');
    await checkModelDisk(disk);
    await expect(checkModelDisk(disk, { verify: true })).rejects.toThrow(
      zosiaError('ZOSIA_DISK_NOT_VERIFIABLE'),
    );
  });

  it('cannot be verified either when long files were not read', async () => {
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
