import { setTimeout } from 'node:timers/promises';
import { copyFile, mkdir, readFile, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { sha256 } from '../../src/image/sha256.js';
import { embeddedCheckpoint } from '../../src/recipes/embedded-checkpoint.js';
import { embeddedModelPath } from '../../src/recipes/embedded-model.js';
import { readModel } from '../../src/recipes/model.js';
import { EMBEDDED_MODEL } from '../support/embedded-model.js';
import { zosiaError } from '../support/errors.js';
import { temporaryFolder } from '../support/temporary.js';

const folder = temporaryFolder();
const damaged = zosiaError('ZOSIA_EMBEDDED_MODEL_DAMAGED');

/** A folder with a model of these bytes, and the digest of these or of other bytes. */
async function folderOf(name: string, bytes: string, summed = bytes): Promise<string> {
  const directory = folder.file(name);
  await mkdir(directory);
  await writeFile(`${directory}/zosia-tiny.gguf`, bytes);
  await writeFile(`${directory}/SHA256SUMS`, `${sha256(summed)}  zosia-tiny.gguf\n`);
  return directory;
}

it('embeddedModelPath returns the path of an intact model, and rejects any other', async () => {
  const whole = await folderOf('whole', 'model');
  expect(await embeddedModelPath(whole)).toBe(`${whole}/zosia-tiny.gguf`);
  await expect(embeddedModelPath(folder.file('nowhere'))).rejects.toThrow(damaged);
  await expect(embeddedModelPath(await folderOf('other', 'a', 'b'))).rejects.toThrow(damaged);
});

it('embeddedModelPath rejects a folder with only the digest', async () => {
  const directory = folder.file('digest');
  await mkdir(directory);
  await writeFile(`${directory}/SHA256SUMS`, `${sha256('model')}  zosia-tiny.gguf\n`);
  await expect(embeddedModelPath(directory)).rejects.toThrow(damaged);
});

it('readModel rejects an empty name', async () => {
  const promise = readModel('', folder.path);
  await expect(promise).rejects.toThrow(zosiaError('ZOSIA_MODEL_NOT_NAMED'));
});

describe('the built-in model', () => {
  it('is opened when no model is named', async () => {
    const { path, info, sizeBytes } = await readModel(undefined, folder.path);
    expect(path).toBe(EMBEDDED_MODEL);
    expect(info).toMatchObject({ name: 'zosia-tiny', hasChatTemplate: true });
    expect(info.parameterCount).toBeLessThan(1.6e6);
    expect(sizeBytes).toBeLessThanOrEqual(3 << 20);
  });

  it('is opened by its name, unless there is a file of that name', async () => {
    expect((await readModel('zosia-tiny', folder.path)).path).toBe(EMBEDDED_MODEL);
    const own = folder.file('zosia-tiny.gguf');
    await copyFile(EMBEDDED_MODEL, own);
    expect((await readModel('zosia-tiny', folder.path)).path).toBe(own);
    await rm(own);
  });

  it('becomes one checkpoint when several runs begin at once', async () => {
    const directory = folder.file('at once');
    const inodes = new Set<number>();
    // Each sees what there is as it ends: what the first one made must never be replaced.
    const run = async (delayMs: number): Promise<void> => {
      await setTimeout(delayMs);
      const { checkpoint, tokenizer } = await embeddedCheckpoint(directory);
      for (const path of [checkpoint, tokenizer]) inodes.add((await stat(path)).ino);
    };
    await Promise.all(Array.from({ length: 6 }, (_, i) => run(i * 2)));
    expect(inodes.size).toBe(2);
    expect(await readdir(directory)).toHaveLength(2);
  });

  it('is converted to a checkpoint once, and again if that was damaged', async () => {
    const directory = folder.file('once');
    const paths = await embeddedCheckpoint(directory);
    const { checkpoint, tokenizer } = paths;
    const written = [await readFile(checkpoint), await readFile(tokenizer)];
    await utimes(checkpoint, 1000, 1000);
    expect(await embeddedCheckpoint(directory)).toEqual(paths);
    expect((await stat(checkpoint)).mtimeMs).toBe(1_000_000);

    await copyFile(tokenizer, checkpoint);
    const other = Buffer.from(written[1]!);
    other[100]! ^= 1;
    await writeFile(tokenizer, other);
    await embeddedCheckpoint(directory);
    expect(written[0]!.equals(await readFile(checkpoint))).toBe(true);
    expect(written[1]!.equals(await readFile(tokenizer))).toBe(true);
  });
});
