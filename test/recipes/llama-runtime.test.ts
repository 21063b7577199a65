import { describe, expect, it } from 'vitest';
import type { DebEntry } from '../../src/formats/deb/deb.js';
import { FileTree } from '../../src/recipes/file-tree.js';
import { llamaRuntime } from '../../src/recipes/llama-runtime.js';
import type { GuestRole } from '../../src/recipes/places.js';
import { DT, buildElf } from '../formats/elf/build.js';
import { zosiaError } from '../support/errors.js';

const TRIPLET = '/usr/lib/aarch64-linux-gnu';
const VARIANT = `${TRIPLET}/ggml/backends0/libggml-cpu-armv8.0_1.so`;

const elf = (...needed: string[]): Uint8Array =>
  buildElf({
    interpreter: '/lib/ld.so',
    dynamic: [
      ...needed.map((name) => [DT.needed, name] as const),
      [DT.runpath, `${TRIPLET}/llama`],
    ],
  });

/** Packages as a map of paths: bytes are a file, text is a symbolic link's target. */
function runtimeOf(files: Record<string, Uint8Array | string>, role?: GuestRole): string[] {
  const tree = new FileTree();
  for (const [path, content] of Object.entries(files)) {
    const entry: DebEntry =
      typeof content === 'string'
        ? { path, type: 'symlink', mode: 0o777, sizeBytes: 0, target: content }
        : { path, type: 'file', mode: 0o644, sizeBytes: content.length, bytes: content };
    tree.add(entry);
  }
  return llamaRuntime(tree, 'aarch64', role)
    .map(({ path }) => path)
    .sort();
}

const REMOTE = `${TRIPLET}/ggml/backends0/libggml-rpc.so`;
const WORKER = '/usr/libexec/aarch64-linux-gnu/llama/bin/ggml-rpc-server';

/** What the packages have that are for several machines alone. */
const RPC_PACKAGES = {
  [REMOTE]: elf('libc.so.6'),
  [WORKER]: elf('libremote.so'),
  [`${TRIPLET}/libremote.so`]: elf(),
};

const PACKAGES = {
  '/usr/bin/llama-cli': elf('libchat.so', 'libc.so.6'),
  '/usr/bin/llama-completion': elf('libc.so.6'),
  '/usr/bin/llama-server': elf('libweb.so'),
  [`${TRIPLET}/llama/libchat.so`]: elf('libshared.so.0'),
  [`${TRIPLET}/libshared.so.0`]: 'libshared.so.0.7',
  [`${TRIPLET}/libshared.so.0.7`]: elf('libc.so.6'),
  [`${TRIPLET}/libweb.so`]: elf('libc.so.6'),
  '/usr/bin/llama-bench': elf('libunused.so'),
  [`${TRIPLET}/libunused.so`]: elf(),
  [`${TRIPLET}/libc.so.6`]: elf(),
  '/usr/lib/ld.so': 'aarch64-linux-gnu/ld-real.so',
  [`${TRIPLET}/ld-real.so`]: elf(),
  [VARIANT]: elf('libgomp.so.1'),
  [`${TRIPLET}/libgomp.so.1`]: elf(),
  '/usr/lib/locale/C.utf8/LC_CTYPE': Buffer.from('which bytes are letters'),
  '/usr/lib/locale/C.utf8/LC_TIME': Buffer.from('how dates are written'),
};

describe('llamaRuntime', () => {
  it('returns the programs, their libraries by run path and link, the loader and the CPU variants', () => {
    expect(runtimeOf(PACKAGES)).toEqual(
      [
        '/lib',
        '/usr/bin/llama-cli',
        '/usr/bin/llama-completion',
        '/usr/bin/llama-server',
        '/usr/lib/locale/C.utf8/LC_CTYPE',
        VARIANT,
        ...['ld-real.so', 'libc.so.6', 'libgomp.so.1', 'libshared.so.0', 'libshared.so.0.7'].map(
          (name) => `${TRIPLET}/${name}`,
        ),
        `${TRIPLET}/llama/libchat.so`,
        `${TRIPLET}/libweb.so`,
        '/usr/lib/ld.so',
      ].sort(),
    );
  });

  it('returns what reaches workers for their head alone, and their program for a worker alone', () => {
    const all = { ...PACKAGES, ...RPC_PACKAGES };
    const single = runtimeOf(PACKAGES);
    expect(runtimeOf(all)).toEqual(single);
    expect(runtimeOf(all, 'head')).toEqual([...single, REMOTE].sort());
    expect(runtimeOf(all, 'worker')).toEqual(
      [
        '/lib',
        WORKER,
        REMOTE,
        VARIANT,
        '/usr/lib/ld.so',
        '/usr/lib/locale/C.utf8/LC_CTYPE',
        ...['ld-real.so', 'libc.so.6', 'libgomp.so.1', 'libremote.so'].map(
          (name) => `${TRIPLET}/${name}`,
        ),
      ].sort(),
    );
    for (const role of ['head', 'worker'] as const) {
      expect(() => runtimeOf(PACKAGES, role)).toThrow(/libggml-rpc\.so/);
    }
  });

  it.each([
    '/usr/bin/llama-cli',
    `${TRIPLET}/libshared.so.0.7`,
    `${TRIPLET}/libgomp.so.1`,
    VARIANT,
    '/usr/lib/locale/C.utf8/LC_CTYPE',
  ])('reports a missing %s', (path) => {
    const packages = { ...PACKAGES };
    Reflect.deleteProperty(packages, path);
    expect(() => runtimeOf(packages)).toThrow(zosiaError('ZOSIA_LIBRARY_MISSING'));
  });
});
