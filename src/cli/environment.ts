import { join, resolve } from 'node:path';
import { ZosiaError } from '../errors.js';
import { hostFolders } from '../host/host-folders.js';
import type { HostFolders } from '../host/host-folders.js';
import type { CacheFolders } from '../models/caches/cached-model.js';
import { cacheFolders } from '../models/caches/folders.js';

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

/** The hub that models are asked of, and the token that it is shown: `HF_ENDPOINT` and `HF_TOKEN` are its own names. */
export function hubAccess(env: Environment = environment): {
  readonly hubUrl: URL | undefined;
  readonly hubToken: string | undefined;
} {
  const endpoint = variable('HF_ENDPOINT', env);
  if (endpoint !== undefined && !/^https?:\/\/./.test(endpoint)) throw badEndpoint();
  if (endpoint !== undefined && !URL.canParse(endpoint)) throw badEndpoint();
  const hubUrl = endpoint === undefined ? undefined : new URL(endpoint);
  const hubToken = variable('HF_TOKEN', env)?.trim();
  if (hubToken !== undefined && !/^[\x21-\x7e]+$/.test(hubToken)) throw badToken();
  return { hubUrl, hubToken };
}

const badEndpoint = (): ZosiaError =>
  // It may have a password in it, and is not shown.
  new ZosiaError('ZOSIA_BAD_OPTION', 'HF_ENDPOINT is no URL of a hub', {
    hint: 'Set it to a URL like https://huggingface.co, or not at all.',
  });

const badToken = (): ZosiaError =>
  new ZosiaError('ZOSIA_BAD_OPTION', 'HF_TOKEN is no token of a hub: it has other characters', {
    hint: 'Set it to the token alone, on one line, or not at all.',
  });

/** Where models are kept, unless another folder is named. */
export function modelsFolder(named: string | undefined, env: Environment = environment): string {
  return named === undefined ? join(hostFolders(env).dataDirectory, 'models') : resolve(named);
}

/** Where other programs of this user have their models. */
export const otherCaches = (env: Environment = environment): CacheFolders => cacheFolders(env);
