import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { beforeAll, describe, expect, it } from 'vitest';
import { readGguf } from '../../../src/formats/gguf/reader.js';
import { planGguf } from '../../../src/formats/gguf/writer.js';
import type { TypedValue } from '../../../src/formats/gguf/values.js';
import { accessFile } from '../../../src/host/access-file.js';
import { writeRaw } from '../../../src/host/raw-writer.js';
import { MODEL_METADATA, zeroTensor } from '../../formats/gguf/samples.js';
import { temporaryFolder } from '../../support/temporary.js';
import { FILE_SOURCES } from './file-sources.js';
import { buildWatchedProgram } from './programs.js';

const folder = temporaryFolder();
const KIB = 1024;
let program: string;
beforeAll(async () => {
  const others = ['efi/app/gguf_files.c', 'efi/app/blocks.c', 'efi/firmware/pieces.c'];
  const engine = ['engine/gguf/gguf.c'];
  const sources = [...FILE_SOURCES, ...others, ...engine];
  program = await buildWatchedProgram(folder.path, 'open_gguf', sources, 'memory');
});

/** Writes a model of two parts, in the second of which so many bytes stand before the table of tensors. */
async function writeSplit(name: string, headBytes: number): Promise<string[]> {
  const paths: string[] = [];
  for (const index of [0, 1]) {
    const own: Record<string, TypedValue> =
      index === 0 ? MODEL_METADATA : { filler: { type: 'string', value: 'x'.repeat(headBytes) } };
    const metadata: Record<string, TypedValue> = {
      ...own,
      'split.no': { type: 'uint16', value: index },
      'split.count': { type: 'uint16', value: 2 },
    };
    const path = join(folder.path, `${name}-0000${index + 1}-of-00002.gguf`);
    await writeRaw(
      planGguf({ metadata, tensors: [zeroTensor(`part.${index}`, [256, 1024])] }),
      path,
    );
    paths.push(path);
  }
  return paths;
}

interface OpenedPart {
  readonly headBytes: number;
  readonly dataAt: number;
  readonly dataBytes: number;
}

async function open(paths: readonly string[]): Promise<OpenedPart[]> {
  const { stdout } = await execa(program, paths);
  return stdout.split('\n').map((line) => {
    expect(line).toMatch(/^\d+ \d+ \d+$/);
    const [headBytes, dataAt, dataBytes] = line.split(' ').map(Number);
    return { headBytes: headBytes!, dataAt: dataAt!, dataBytes: dataBytes! };
  });
}

async function expected(path: string): Promise<{ dataAt: number; dataBytes: number }> {
  const file = await accessFile(path);
  const { dataOffset } = await readGguf(file).finally(() => file.close());
  return { dataAt: dataOffset, dataBytes: (await stat(path)).size - dataOffset };
}

describe('the parts of a split GGUF', () => {
  it.each([
    ['little', 10, 256],
    ['nearly too much', 255 * KIB, 256],
    ['more than is read at first', 300 * KIB, 512],
    ['several times that', 900 * KIB, 1024],
  ])('are found with %s before the data of the second', async (name, headBytes, readKib) => {
    const paths = await writeSplit(name.replaceAll(' ', '-'), headBytes);
    const parts = await open(paths);
    for (const [index, path] of paths.entries()) {
      expect(parts[index]).toMatchObject(await expected(path));
    }
    // Of the first, which has the vocabulary, more is read: here all that there is.
    expect(parts.map((part) => part.headBytes)).toEqual([
      (await stat(paths[0]!)).size,
      readKib * KIB,
    ]);
  });
});
