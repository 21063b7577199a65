import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { bytesData } from '../../src/image/file-data.js';
import { inspectImage } from '../../src/inspect/inspect.js';
import { openImage } from '../../src/inspect/open-image.js';
import { verifyImage } from '../../src/inspect/verify.js';
import { writeRaw } from '../../src/host/raw-writer.js';
import { planEfiVolume } from '../../src/recipes/efi/disk-plan.js';
import type { EfiVolumeOptions } from '../../src/recipes/efi/disk-plan.js';
import { modelGguf } from '../formats/gguf/samples.js';
import { splitName } from '../support/split-model.js';
import { writeSplitGguf } from '../recipes/efi/gguf-samples.js';
import { zosia } from '../support/cli.js';
import { temporaryFolder } from '../support/temporary.js';

const folder = temporaryFolder();
const MISSING_PARTITION = 'model-missing /llama2.cfg';

let gguf: Uint8Array;
let parts: Uint8Array[];
beforeAll(async () => {
  gguf = await modelGguf();
  parts = await Promise.all(
    (await writeSplitGguf(folder.file('parts'))).map((path) => readFile(path)),
  );
});

/** Writes an EFI disk with these files, and with partitions that are to be GGUFs; returns its path. */
async function disk(
  files: Readonly<Record<string, string | Uint8Array>>,
  partitions: readonly Uint8Array[] = [],
  options: EfiVolumeOptions = {},
): Promise<string> {
  const entries = Object.entries(files).map(
    ([name, bytes]) => ({ type: 'file', path: `/${name}`, data: Buffer.from(bytes) }) as const,
  );
  const ggufs = partitions.map((bytes) => ({ name: 'GGUF', image: bytesData(Buffer.from(bytes)) }));
  const path = folder.file('disk.img');
  await writeRaw(planEfiVolume(entries, { ...options, ggufs, sizeBytes: 16 << 20 }).image, path);
  return path;
}

/** What verifying reports, and what inspecting does; the same, by code and place. */
async function problems(path: string): Promise<string[]> {
  const image = await openImage(path);
  try {
    const verified = await verifyImage(image);
    const inspected = await inspectImage(image);
    const told = (found: readonly { code: string; where: string }[]): string[] =>
      found.map(({ code, where }) => `${code} ${where}`).sort();
    expect(told(inspected.problems)).toEqual(told(verified.problems));
    return told(verified.problems);
  } finally {
    await image.close();
  }
}

describe('the model of an EFI disk', () => {
  const PARTITION = { 'llama2.cfg': 'model=partition\n' };

  it('is without problems where it is what the settings name', async () => {
    expect(await problems(await disk(PARTITION, [gguf]))).toEqual([]);
    expect(await problems(await disk(PARTITION, parts))).toEqual([]);
    const named = { 'llama2.cfg': 'model=tiny.gguf\n', 'tiny.gguf': gguf };
    expect(await problems(await disk(named))).toEqual([]);
    const other = { 'llama2.cfg': 'model=models/tiny.bin\n', 'models/tiny.bin': gguf };
    expect(await problems(await disk(other))).toEqual([]);
  });

  it('is without problems where the settings name none, and the application asks', async () => {
    const settings = { 'llama2.cfg': 'temp=0\n' };
    expect(await problems(await disk({ ...settings, 'tiny.gguf': gguf }))).toEqual([]);
    expect(await problems(await disk(settings, [gguf]))).toEqual([]);
    expect(await problems(await disk(settings))).toContain('checkpoint-missing /stories15M.bin');
    expect(await problems(await disk({ 'NOTES.TXT': 'none' }))).toEqual([]);
  });

  it.each<EfiVolumeOptions>([{}, { partitionTable: 'gpt' }])(
    'is missing where no partition is it: %j',
    async (options) => {
      expect(await problems(await disk(PARTITION, [], options))).toEqual([MISSING_PARTITION]);
      // What lies in FAT is not what they name.
      const both = { ...PARTITION, 'tiny.gguf': gguf };
      expect(await problems(await disk(both, [], options))).toEqual([MISSING_PARTITION]);
    },
  );

  it('is damaged where a partition of its type holds something else, or not all of it', async () => {
    const other = await problems(await disk(PARTITION, [Buffer.alloc(5000, 'no GGUF')]));
    expect(other).toEqual(['model-not-gguf partition 2']);
    const cut = await problems(await disk(PARTITION, [gguf.subarray(0, 300)]));
    expect(cut).toEqual([expect.stringMatching(/ partition 2$/)]);
  });

  it('is reported where settings say of a GGUF what it does not have', async () => {
    const settings = 'context=99999999\ntokenizer=t.bin\nsteps=5\nmode=chat\n';
    const told = [
      'settings-context /llama2.cfg',
      ...Array<string>(3).fill('settings-of-checkpoint /llama2.cfg'),
    ];
    const inPartition = { 'llama2.cfg': `model=partition\n${settings}` };
    expect(await problems(await disk(inPartition, [gguf]))).toEqual(told);
    for (const name of ['tiny.gguf', 'tiny.bin']) {
      const files = { 'llama2.cfg': `model=${name}\n${settings}`, [name]: gguf };
      expect(await problems(await disk(files))).toEqual(told);
    }
    const fitting = { 'llama2.cfg': 'model=tiny.gguf\ncontext=1\nmode=generate\n' };
    expect(await problems(await disk({ ...fitting, 'tiny.gguf': gguf }))).toEqual([]);
  });

  it('is missing where its file is, without a word of a tokenizer', async () => {
    const settings = { 'llama2.cfg': 'model=models/tiny.gguf\n' };
    expect(await problems(await disk({ ...settings, 'tiny.gguf': gguf }))).toEqual([
      'model-missing /models/tiny.gguf',
    ]);
    expect(await problems(await disk({ 'llama2.cfg': 'model=tiny.bin\n' }))).toEqual([
      'checkpoint-missing /tiny.bin',
      'tokenizer-missing /tokenizer.bin',
    ]);
  });

  it('is missing where parts of it are', async () => {
    const name = splitName('tiny', 0, 2);
    const settings = { 'llama2.cfg': `model=${name}\n` };
    expect(await problems(await disk({ ...settings, [name]: parts[0]! }))).toEqual([
      `model-part-missing /${name}`,
    ]);
    expect(await problems(await disk(PARTITION, [parts[0]!]))).toEqual([
      'model-not-one partition 2',
    ]);
    expect(await problems(await disk(PARTITION, [...parts].reverse()))).toHaveLength(1);
  });

  it('is told of by both commands', async () => {
    const path = await disk(PARTITION, []);
    const verified = await zosia(['verify', path]);
    expect(verified.stdout).toMatch(
      /^model-missing: \/llama2\.cfg: it says that the model is in partitions \(model=partition\), /m,
    );
    expect(verified.exitCode).toBe(1);
    const inspected = await zosia(['inspect', path]);
    expect(inspected.stdout).toMatch(/^model +\/llama2\.cfg: it says that the model is in partit/m);
    expect(inspected.exitCode).toBe(0);
  });
});
