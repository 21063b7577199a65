import { beforeAll, describe, expect, it } from 'vitest';
import { FILE_TYPES } from '../../../src/formats/gguf/file-types.js';
import { ggmlTypeOf } from '../../../src/formats/gguf/ggml-types.js';
import { readGguf } from '../../../src/formats/gguf/reader.js';
import { accessBytes } from '../../../src/image/random-access.js';
import { modelGguf } from '../../formats/gguf/samples.js';
import { temporaryFolder } from '../../support/temporary.js';
import { NativeLlama, WHERE_LLAMA_RUNS } from './native-llama.js';

/** More types than there are numbers for in the table of any llama.cpp. */
const NO_TYPE = 1 << 20;

/** How llama.cpp calls what files' names have as Q2_K_S, Q4_K_M, IQ3_M, MXFP4_MOE, F32. */
function inShort(name: string): string {
  return name
    .replace(/^all /, '')
    .replace(/^Q2_K - Medium$/, 'Q2_K')
    .replace(/^IQ3_S mix .*/, 'IQ3_M')
    .replace(/ - (Small|Medium|Large)$/, (_, size: string) => `_${size[0]!}`)
    .replace(/ - [\d.]+ bpw.*$/, '')
    .replace(/^MXFP4 MoE$/, 'MXFP4_MOE');
}

describe('the pinned llama.cpp and its types', WHERE_LLAMA_RUNS, () => {
  const folder = temporaryFolder();
  let lines: readonly string[] = [];
  let count = 0;

  beforeAll(async () => {
    const llama = await NativeLlama.install(folder.path);
    // It says itself how many types there are, when a model has one of another number.
    const bytes = await modelGguf();
    const { dataOffset } = await readGguf(accessBytes(bytes));
    const header = Buffer.from(bytes.subarray(0, dataOffset));
    const name = 'output_norm.weight';
    header.writeUInt32LE(NO_TYPE, header.indexOf(name) + name.length + 4 + 8);
    const [verdict] = await llama.load([{ header, fileBytes: bytes.length }]);
    count = Number(/should be in \[0, (\d+)\)/.exec(verdict!.reason)?.[1]);
    lines = await llama.listTypes(count);
  });

  it('are all known here: tensors, with the sizes of their blocks', () => {
    const rows = lines.filter((line) => line.startsWith('tensor '));
    expect(rows).toHaveLength(count);
    const theirs = rows
      .map((row) => /^tensor (\d+) (\w+) (\d+) (\d+)$/.exec(row))
      .filter((row) => row !== null && row[4] !== '0')
      .map((row) => [Number(row![1]), row![2]!.toUpperCase(), Number(row![3]), Number(row![4])]);
    const ours = Array.from({ length: count + 64 }, (_, id) => ggmlTypeOf(id))
      .filter((type) => type !== undefined)
      .map(({ id, name, blockSize, blockBytes }) => [id, name, blockSize, blockBytes]);
    expect(theirs.length).toBeGreaterThan(30);
    expect(ours).toEqual(theirs);
  });

  it('are all known here: files', () => {
    const theirs = lines
      .map((line) => /^file (\d+) (.*)$/.exec(line))
      .filter((row) => row !== null && !row[2]!.startsWith('unknown'))
      .map((row) => [Number(row![1]), inShort(row![2]!)]);
    expect(theirs.length).toBeGreaterThan(30);
    expect([...FILE_TYPES]).toEqual(theirs);
  });
});
