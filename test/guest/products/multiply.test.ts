import { execa } from 'execa';
import { beforeAll, describe, expect, it } from 'vitest';
import { hostArchitecture } from '../../../src/artifacts/architectures.js';
import { temporaryFolder } from '../../support/temporary.js';
import { buildEngineProgram } from '../engine-programs.js';
import { REFERENCE_TYPES } from '../tensors/reference.js';

const SETS =
  hostArchitecture() === 'aarch64'
    ? ['neon', 'dotprod', 'i8mm']
    : ['sse2', 'ssse3', 'avx2', 'emulated-vnni', 'avxvnni', 'avx512vnni'];

const ROWS = ['dot_rows', 'dot_half_rows', 'mix_rows', 'mix_half_rows'];

/** Those that every processor of the architecture has, and so this one. */
const EVERYWHERE = SETS.slice(0, 1);

describe('products', () => {
  const folder = temporaryFolder();
  const lines = new Map<string, string[]>();
  beforeAll(async () => {
    const folders = ['products', 'tensors'];
    const program = await buildEngineProgram(folder.path, {
      source: 'products/multiply.c',
      further: ['products/emulated/products_avx2.c'],
      folders,
    });
    const { stdout } = await execa(program);
    for (const line of stdout.split('\n')) {
      const [set, ...rest] = line.split(' ');
      lines.set(set!, [...(lines.get(set!) ?? []), rest.join(' ')]);
    }
  }, 240_000);

  it.each(SETS)(
    'of matrices of every type are right and do not depend on how rows are shared out: %s',
    (set) => {
      const results = lines.get(set)!;
      if (!EVERYWHERE.includes(set) && results[0] === 'missing') return;
      const types = results.map((line) => line.split(' ')[0]);
      expect(types).toEqual([...ROWS, ...Object.keys(REFERENCE_TYPES), 'int8']);
      for (const line of results) {
        const [type, error, isSame] = line.split(' ');
        expect(Number(error), `${set} ${type}`).toBeLessThan(1);
        expect(isSame, `${set} ${type}`).toBe('1');
      }
    },
  );
});
