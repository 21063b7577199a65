import { spawnSync } from 'node:child_process';
import { mkdir, readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { beforeAll, expect, it } from 'vitest';
import { buildLlama } from '../../../src/toolchain/llama/build.js';
import type { BuildLlamaOptions } from '../../../src/toolchain/llama/build.js';
import { LLAMA_PROGRAMS } from '../../../src/toolchain/llama/programs.js';
import { withHostBuilder } from '../../../src/toolchain/host/host-builder.js';
import { zosiaError } from '../../support/errors.js';
import { HOST } from '../../support/host.js';
import { describeWithPrograms } from '../../support/programs.js';
import { temporaryFolder } from '../../support/temporary.js';

/** In place of the real project: it is called the same way, and leaves its programs in the same place. */
const PROJECT = `
cmake_minimum_required(VERSION 3.25)
project(imitation NONE)
if (EXISTS "\${LLAMA_SOURCE}/unusable")
  message(FATAL_ERROR "it cannot be used")
endif()
set(programs "")
foreach (name ${LLAMA_PROGRAMS.join(' ')})
  set(program "\${CMAKE_BINARY_DIR}/bin/\${name}")
  add_custom_command(OUTPUT "\${program}"
    COMMAND sh "\${LLAMA_SOURCE}/compile.sh" "\${program}"
      "\${CMAKE_SYSTEM_PROCESSOR} \${CMAKE_CXX_COMPILER} \${LLAMA_BUILD_COMMIT}" VERBATIM)
  list(APPEND programs "\${program}")
endforeach()
add_custom_target(programs DEPENDS \${programs})
`;

const COMPILE = `
mkdir -p "$(dirname "$1")"
echo "$2 [$CXXFLAGS] $(basename "$1")" > "$1"
`;

describeWithPrograms(['cmake', 'ninja', 'tar'], 'buildLlama', () => {
  const folder = temporaryFolder();

  /** @param files of the source, by name */
  const build = async (
    files: Readonly<Record<string, string>>,
    options: Partial<BuildLlamaOptions> = {},
  ) => {
    const sourceFolder = folder.file('a source');
    await mkdir(sourceFolder, { recursive: true });
    for (const [name, text] of Object.entries(files)) {
      await writeFile(`${sourceFolder}/${name}`, text);
    }
    const names = Object.keys(files);
    const { stdout } = spawnSync('tar', ['-c', '-C', sourceFolder, ...names]);
    return withHostBuilder(HOST, (builder) =>
      buildLlama({
        builder,
        arch: 'aarch64',
        toolchain: {
          cCompiler: 'some-gcc',
          cxxCompiler: 'some-g++',
          compiler: '',
          linker: '',
          librariesSha256: '',
        },
        source: stdout,
        commit: '0123456789abcdef0123456789abcdef01234567',
        project: [{ path: 'CMakeLists.txt', data: PROJECT }],
        outDir: folder.file('out'),
        ...options,
      }),
    );
  };

  beforeAll(() => {
    // What a user's settings would do to the programs.
    process.env.CXXFLAGS = '-march=native';
    return () => {
      delete process.env.CXXFLAGS;
    };
  });

  it('writes the programs and the log, and counts the steps', async () => {
    const steps: [number, number][] = [];
    const built = await build(
      { 'compile.sh': COMPILE },
      { onProgress: (done, total) => steps.push([done, total]) },
    );
    expect(steps).toEqual(LLAMA_PROGRAMS.map((_name, index) => [index + 1, LLAMA_PROGRAMS.length]));
    expect((await readdir(folder.file('out'))).sort()).toEqual(['bin', 'llama-build.log']);
    expect(built.programs.map(({ name }) => name)).toEqual([...LLAMA_PROGRAMS]);
    for (const { name, path, sizeBytes } of built.programs) {
      expect(await readFile(path, 'utf8')).toBe(`aarch64 some-g++ 0123456789ab [] ${name}\n`);
      const { size, mode } = await stat(path);
      expect(size).toBe(sizeBytes);
      expect(mode & 0o100).toBe(0o100);
    }
    expect(await readFile(built.logPath, 'utf8')).toContain('[1/5]');
  });

  it('fails with the first error of the compiler, and keeps the log', async () => {
    const failure = build(
      { 'compile.sh': 'echo "a.cpp:1:2: error: broken" >&2; exit 1' },
      { outDir: folder.file('failed') },
    );
    await expect(failure).rejects.toThrow(zosiaError('ZOSIA_BUILD_FAILED'));
    await expect(failure).rejects.toThrow('aarch64 was not built: a.cpp:1:2: error: broken');
    expect(await readdir(folder.file('failed'))).toEqual(['llama-build.log']);
    expect(await readFile(folder.file('failed/llama-build.log'), 'utf8')).toContain('broken');
  });

  it('fails with the first error of CMake', async () => {
    const failure = build({ 'compile.sh': COMPILE, unusable: '' });
    await expect(failure).rejects.toThrow('it cannot be used');
  });

  it('fails with a hint when what is not there cannot be run', async () => {
    const failure = withHostBuilder({ searchPath: [] }, (builder) =>
      build({ 'compile.sh': COMPILE }, { builder }),
    );
    await expect(failure).rejects.toThrow(zosiaError('ZOSIA_BUILD_FAILED'));
    await expect(failure).rejects.toMatchObject({
      hint: expect.stringContaining('zosia doctor --for llama') as string,
    });
  });
});
