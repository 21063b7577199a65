import { mkdir, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { llamaRecipe, writeProgramsManifest } from '../../../src/cli/build/llama-manifest.js';
import { sha256 } from '../../../src/image/sha256.js';
import { withHostBuilder } from '../../../src/toolchain/host/host-builder.js';
import { LLAMA_PROGRAMS } from '../../../src/toolchain/llama/programs.js';
import { llamaProject } from '../../../src/toolchain/llama/project.js';
import { llamaInputs } from '../../../src/toolchain/llama/record.js';
import { pinnedLlamaSource } from '../../../src/toolchain/llama/source.js';
import { findLlamaToolchain } from '../../../src/toolchain/llama/toolchain.js';
import { zosia } from '../../support/cli.js';
import { HOST } from '../../support/host.js';
import { temporaryFolder } from '../../support/temporary.js';

const ARCH = 'aarch64';

/** They say a version, where a library is, and the digest of each. */
const SAY = {
  [`${ARCH}-linux-gnu-gcc`]: '',
  [`${ARCH}-linux-gnu-g++`]: `case $1 in --version) echo '12 of the test' ;; *) echo "/$1" ;; esac`,
  [`${ARCH}-linux-gnu-ld`]: `echo 'ld of the test'`,
  cmake: 'echo "digest  $3"',
  ninja: '',
};

describe('zosia build llama', () => {
  const folder = temporaryFolder();
  const env = (): Record<string, string> => ({
    PATH: [folder.file('bin'), process.env.PATH].join(delimiter),
  });
  beforeAll(async () => {
    await mkdir(folder.file('bin'));
    for (const [name, script] of Object.entries(SAY)) {
      await writeFile(folder.file(`bin/${name}`), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    }
    await mkdir(folder.file('out/bin'), { recursive: true });
    const programs = LLAMA_PROGRAMS.map((name) => ({
      name,
      path: folder.file(`out/bin/${name}`),
      sizeBytes: name.length,
      sha256: sha256(name),
    }));
    for (const { name, path } of programs) await writeFile(path, name);
    const searchPath = [folder.file('bin'), ...HOST.searchPath];
    const toolchain = await withHostBuilder({ searchPath }, (builder) =>
      findLlamaToolchain(builder, ARCH),
    );
    const { commit } = await pinnedLlamaSource();
    const recipe = llamaRecipe(ARCH, llamaInputs(ARCH, commit, await llamaProject()), toolchain);
    await writeProgramsManifest(folder.file('out'), recipe, programs);
  });

  const build = (...args: string[]) =>
    zosia(['build', 'llama', '--arch', ARCH, '--builder', 'host', '--out', 'out', ...args], {
      env: env(),
      cwd: folder.path,
    });

  it('says of programs that are there what is said of those that it builds', async () => {
    const { stdout, stderr, exitCode } = await build('--json');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: 'up to date: out\n' });
    expect(JSON.parse(stdout)).toMatchObject({
      path: 'out',
      logPath: join('out', 'llama-build.log'),
      programs: LLAMA_PROGRAMS.map((name) => ({ name, path: join('out', 'bin', name) })),
      made: { compiler: '12 of the test', linker: 'ld of the test' },
      built: false,
      written: false,
      builder: 'host',
    });
    const lines = LLAMA_PROGRAMS.map((name) => `${join('out', 'bin', name)} (${name.length} B)\n`);
    expect((await build()).stdout).toBe(lines.join(''));
  });
});
