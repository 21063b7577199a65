import { expect, it } from 'vitest';
import { ARCHITECTURES } from '../../../src/artifacts/architectures.js';
import type { Builder, RunOptions } from '../../../src/toolchain/builder.js';
import { buildLlama } from '../../../src/toolchain/llama/build.js';
import {
  LLAMA_ENVIRONMENT,
  LLAMA_GOAL,
  cmakeSettings,
  gccNames,
  llamaSettingsSha256,
} from '../../../src/toolchain/llama/settings.js';
import { temporaryFolder } from '../../support/temporary.js';

const folder = temporaryFolder();
const COMMIT = '0123456789abcdef0123456789abcdef01234567';

it('llamaSettingsSha256 tells architectures and commits apart, and is the same each time', () => {
  const base = llamaSettingsSha256('aarch64', COMMIT);
  expect(llamaSettingsSha256('aarch64', COMMIT)).toBe(base);
  expect(llamaSettingsSha256('x86_64', COMMIT)).not.toBe(base);
  expect(llamaSettingsSha256('aarch64', `f${COMMIT.slice(1)}`)).not.toBe(base);
});

it.each(ARCHITECTURES)(
  'buildLlama tells CMake and ninja nothing but what the digest is of, for %s',
  async (arch) => {
    const calls: { program: string; args: readonly string[]; env: RunOptions['env'] }[] = [];
    const builder: Builder = {
      kind: 'host',
      folder: '/build',
      launcher: 'ccache',
      run: (program, args, options) => {
        calls.push({ program, args, env: options?.env });
        return Promise.resolve({ failed: false, output: '' });
      },
      write: () => Promise.resolve(),
      copy: () => Promise.resolve(),
      read: () => Promise.resolve(new Uint8Array()),
      capacity: () => Promise.resolve({ processors: 3 }),
    };
    const { cCompiler, cxxCompiler } = gccNames(arch);
    await buildLlama({
      builder,
      arch,
      toolchain: { cCompiler, cxxCompiler, compiler: '', linker: '', librariesSha256: '' },
      source: new Uint8Array(),
      commit: COMMIT,
      project: [],
      outDir: folder.file(arch),
    });
    const ofThisBuild =
      /^(-[SB]\w+|-DLLAMA_SOURCE=\/build\/.*|-DCMAKE_C(XX)?_COMPILER_LAUNCHER=.*)$/;
    expect(
      calls.map(({ program, args }) => [
        program,
        ...args.filter((word) => !ofThisBuild.test(word)),
      ]),
    ).toEqual([
      ['tar', '-xf', 'source.tar'],
      ['cmake', ...cmakeSettings({ arch, commit: COMMIT, cCompiler, cxxCompiler })],
      ['ninja', '-C', 'build', '-j', '3', LLAMA_GOAL],
    ]);
    for (const { env } of calls) {
      const set = Object.entries(env ?? {}).filter(([, value]) => value !== undefined);
      // How ninja counts its steps goes nowhere but into the log.
      expect(set.filter(([name]) => name !== 'NINJA_STATUS')).toEqual(
        Object.entries(LLAMA_ENVIRONMENT),
      );
    }
  },
);
