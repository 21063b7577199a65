import { readFile, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { KERNEL_RECORD_PATH } from '../../../src/toolchain/kernel/record.js';
import { LLAMA_RECORD_PATH } from '../../../src/toolchain/llama/record.js';
import { temporaryFolder } from '../../support/temporary.js';
import { isOfInputs, noteSecondBuild, reasonNotToBuild } from './second-build.js';

const INPUTS = { sourceSha256: 'a', configSha256: 'b' };
const VARIABLE = 'ZOSIA_TEST_SOMETHING';

describe('reasonNotToBuild', () => {
  const reason = (changes: object, environment: NodeJS.ProcessEnv = {}): string | undefined =>
    reasonNotToBuild({ ...INPUTS, rebuilt: true, ...changes }, INPUTS, VARIABLE, environment);

  it('is that a second build has given the bytes already, of the same inputs', () => {
    expect(reason({})).toContain('built twice (ZOSIA_TEST_SOMETHING=1 builds it anyway)');
    expect(reason({}, { [VARIABLE]: '0' })).toBeDefined();
  });

  it('is none where it was built once, where an input has changed or is new, or on demand', () => {
    expect(reason({ rebuilt: false })).toBeUndefined();
    expect(reason({ configSha256: 'c' })).toBeUndefined();
    expect(reason({ configSha256: undefined })).toBeUndefined();
    expect(reason({}, { [VARIABLE]: '1' })).toBeUndefined();
  });
});

it('isOfInputs returns false for another input, and for no record', () => {
  expect(isOfInputs({ ...INPUTS, rebuilt: false }, INPUTS)).toBe(true);
  expect(isOfInputs({ ...INPUTS, rebuilt: true }, { ...INPUTS, sourceSha256: 'c' })).toBe(false);
  expect(isOfInputs(undefined, INPUTS)).toBe(false);
});

describe('noteSecondBuild', () => {
  const folder = temporaryFolder();
  const once = { ...INPUTS, rebuilt: false };
  const noted = async (environment: NodeJS.ProcessEnv): Promise<string> => {
    const path = folder.file('record.json');
    await writeFile(path, JSON.stringify({ aarch64: once, x86_64: once }));
    await noteSecondBuild(path, 'x86_64', environment);
    return readFile(path, 'utf8');
  };

  it('writes it for that architecture alone, as what builds it writes records', async () => {
    const expected = { aarch64: once, x86_64: { ...once, rebuilt: true } };
    expect(await noted({})).toBe(`${JSON.stringify(expected, null, 2)}\n`);
  });

  it('leaves the record alone where CI is set, and where there is no such architecture', async () => {
    expect(JSON.parse(await noted({ CI: 'true' }))).toEqual({ aarch64: once, x86_64: once });
    const path = folder.file('none.json');
    await writeFile(path, '{}');
    await noteSecondBuild(path, 'aarch64', {});
    expect(await readFile(path, 'utf8')).toBe('{}');
  });

  it.each([KERNEL_RECORD_PATH, LLAMA_RECORD_PATH])(
    'changes nothing else of %s, whose entries are laid out the same way',
    async (record) => {
      const path = folder.file('copy.json');
      const text = await readFile(record, 'utf8');
      await writeFile(path, text.replaceAll('"rebuilt": true', '"rebuilt": false'));
      for (const arch of ['aarch64', 'x86_64'] as const) await noteSecondBuild(path, arch, {});
      expect(await readFile(path, 'utf8')).toBe(
        text.replaceAll('"rebuilt": false', '"rebuilt": true'),
      );
    },
  );
});
