import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Metafile } from 'esbuild';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const FIRST = 'src/cli/command-line.ts';

/** The packages that are loaded with a module, whatever it is then asked to do, and by which import. */
function packagesLoadedWith(first: string, { inputs }: Metafile): Map<string, string> {
  const packages = new Map<string, string>();
  const seen = new Set([first]);
  for (const module of seen) {
    for (const { path, kind, external } of inputs[module]!.imports) {
      if (kind === 'dynamic-import') continue;
      if (!external) seen.add(path);
      else if (!path.startsWith('node:')) packages.set(path, module);
    }
  }
  return packages;
}

describe('the command line', () => {
  it('loads packages for options and for hashing alone before it knows what to do', async () => {
    const { metafile } = await build({
      absWorkingDir: ROOT,
      entryPoints: [FIRST],
      bundle: true,
      packages: 'external',
      alias: { valibot: './node_modules/valibot/dist/index.mjs' },
      format: 'esm',
      platform: 'node',
      splitting: true,
      outdir: 'unwritten',
      write: false,
      metafile: true,
    });
    const packages = [...packagesLoadedWith(FIRST, metafile).keys()];
    const hashing = ['@noble/hashes/sha2.js', '@noble/hashes/utils.js'];
    // In Node, `buffer` is Node's own.
    expect(packages.sort()).toEqual([...hashing, 'buffer', 'commander']);
  });
});
