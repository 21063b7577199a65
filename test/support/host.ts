import { folders } from '../../src/cli/environment.js';
import { findProgram } from '../../src/host/programs.js';
import { withHostBuilder } from '../../src/toolchain/host/host-builder.js';
import { hostToolFolders } from '../../src/toolchain/host/tool-folders.js';
import type { Builder } from '../../src/toolchain/builder.js';

/** Where the host that the tests run on has its programs, and what zosia keeps. */
export const HOST = folders();

/** Runs `use` with this host as the builder. */
export const onHost = <T>(use: (builder: Builder) => Promise<T>): Promise<T> =>
  withHostBuilder({ searchPath: HOST.searchPath }, use);

/** The path of one of the compilers that this host as a builder runs. */
export async function hostTool(name: string): Promise<string> {
  const path = await findProgram([name], hostToolFolders(HOST.searchPath));
  if (path === undefined) throw new Error(`${name} is not installed`);
  return path;
}
