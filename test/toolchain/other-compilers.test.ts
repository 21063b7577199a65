import { mkdir, readdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ARCHITECTURES } from '../../src/artifacts/architectures.js';
import { withHostBuilder } from '../../src/toolchain/host/host-builder.js';
import { buildPrebuilt } from '../../src/toolchain/prebuilt.js';
import { HOST } from '../support/host.js';
import { programPath } from '../support/programs.js';
import { skipWhere } from '../support/skipping.js';
import { temporaryFolder } from '../support/temporary.js';

/** Debian has several versions of clang side by side: `clang-19`, `ld.lld-19`. */
const TOOLS = ['clang', 'ld.lld', 'lld-link'];
const VERSIONS = Array.from({ length: 10 }, (_, index) => 13 + index);
const isThere = (version: number): boolean =>
  TOOLS.every((tool) => programPath(`${tool}-${version}`) !== undefined);

/** Other compilers give other bytes, but must build the sources. */
describe('the sources of the guests', () => {
  const folder = temporaryFolder();

  describe.each(VERSIONS)('with clang %i', (version) => {
    it(
      'are built into programs for every architecture',
      skipWhere(!isThere(version), `no clang-${version} and lld-${version} here`),
      async () => {
        const bin = folder.file(`bin ${version}`);
        await mkdir(bin);
        for (const tool of TOOLS) {
          await symlink(programPath(`${tool}-${version}`)!, join(bin, tool));
        }
        const out = folder.file(`out ${version}`);
        const searchPath = [bin, ...HOST.searchPath];
        const compiler = await withHostBuilder({ searchPath }, (builder) =>
          buildPrebuilt(out, builder),
        );
        expect(compiler.version).toContain(`clang version ${version}.`);
        expect(compiler.linkerVersion).toContain(`LLD ${version}.`);
        for (const arch of ARCHITECTURES) {
          const names = await readdir(join(out, arch));
          expect(names).toEqual(expect.arrayContaining(['hello.efi', 'init', 'llama2.efi']));
        }
      },
    );
  });
});
