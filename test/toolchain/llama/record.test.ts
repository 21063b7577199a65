import { expect, it } from 'vitest';
import { ARCHITECTURES } from '../../../src/artifacts/architectures.js';
import { llamaProject, projectSha256 } from '../../../src/toolchain/llama/project.js';
import {
  llamaInputs,
  madeLlama,
  readLlamaRecord,
  recordedLlama,
} from '../../../src/toolchain/llama/record.js';
import { pinnedLlamaSource } from '../../../src/toolchain/llama/source.js';

it.each(ARCHITECTURES)(
  'guest/llama/record.json is of the source, the project and the settings as they are, for %s',
  async (arch) => {
    const { commit } = await pinnedLlamaSource();
    const recorded = (await readLlamaRecord())[arch];
    if (recorded === undefined) return;
    const hint = `guest/llama or src/toolchain/llama/settings.ts has changed; renew it with: zosia build llama --record`;
    expect(recorded, hint).toMatchObject(llamaInputs(arch, commit, await llamaProject()));
  },
);

it('recordedLlama says of programs that they were built once', () => {
  const toolchain = {
    cCompiler: 'gcc',
    cxxCompiler: 'g++',
    compiler: 'g++ 12',
    linker: 'ld 2.40',
    librariesSha256: 'l',
  };
  const program = { name: 'llama-cli', path: '/llama-cli', sizeBytes: 1, sha256: 'd' };
  const inputs = { commit: 'c', projectSha256: 'p', settingsSha256: 's' };
  expect(recordedLlama(madeLlama(inputs, toolchain, [program]))).toEqual({
    ...inputs,
    compiler: 'g++ 12',
    linker: 'ld 2.40',
    librariesSha256: 'l',
    programs: { 'llama-cli': 'd' },
    rebuilt: false,
  });
});

it('projectSha256 tells projects apart by names and by contents', () => {
  const base = projectSha256([{ path: 'a', data: 'b' }]);
  expect(projectSha256([{ path: 'a', data: 'b' }])).toBe(base);
  expect(projectSha256([{ path: 'a', data: 'c' }])).not.toBe(base);
  expect(projectSha256([{ path: 'b', data: 'b' }])).not.toBe(base);
});
