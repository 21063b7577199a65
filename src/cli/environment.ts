import { resolve } from 'node:path';
import { hostFolders } from '../host/host-folders.js';
import type { HostFolders } from '../host/host-folders.js';

/** Variables by name, as a process has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The variables that zosia was started with. They are read in src/cli alone: below it, options are options. */
export const environment: Environment = process.env;

/** The value of a variable; one that is set to nothing counts as not set. */
export function variable(name: string, env: Environment = environment): string | undefined {
  const value = env[name];
  return value === '' ? undefined : value;
}

/** Where this host has programs and its user files; `ZOSIA_CACHE` moves what zosia keeps. */
export function folders(env: Environment = environment): HostFolders {
  const found = hostFolders(env);
  const cache = variable('ZOSIA_CACHE', env);
  return cache === undefined ? found : { ...found, cacheDirectory: resolve(cache) };
}
