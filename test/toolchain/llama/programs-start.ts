import { execa } from 'execa';
import { expect } from 'vitest';
import { hostArchitecture } from '../../../src/artifacts/architectures.js';
import type { Architecture } from '../../../src/artifacts/architectures.js';
import { LLAMA_PROGRAMS } from '../../../src/toolchain/llama/programs.js';

/** These say no version of their own, and start for their help. */
const WITHOUT_VERSION = ['llama-bench', 'ggml-rpc-server'];

/** Starts programs of a build on a host that they run on; others are not looked at. */
export async function expectToStart(
  arch: Architecture,
  programs: readonly { readonly name: string; readonly path: string }[],
  cwd: string,
): Promise<void> {
  expect(programs.map(({ name }) => name)).toEqual([...LLAMA_PROGRAMS]);
  if (process.platform !== 'linux' || hostArchitecture() !== arch) return;
  for (const { name, path } of programs) {
    const option = WITHOUT_VERSION.includes(name) ? '--help' : '--version';
    const { all, failed } = await execa(path, [option], { cwd, all: true, reject: false });
    expect(failed, `${name} ${option}\n${all}`).toBe(false);
    expect(all, name).toMatch(option === '--help' ? /--help/ : /^version: /m);
  }
}
