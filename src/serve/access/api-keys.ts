import { join } from 'node:path';
import { ZosiaError } from '../../errors.js';
import { isLoopback } from '../../host/loopback.js';
import { writeOutput } from '../../host/output-file.js';
import { option, wording } from '../../wording.js';
import { readApiKeyFile } from './api-key-file.js';
import { checkApiKey, generateApiKey } from './api-key.js';

export interface ApiKeyOptions {
  /** A key, as ZOSIA_API_KEY has it. */
  readonly apiKey?: string | undefined;
  /** A file of keys, one a line. */
  readonly apiKeyFile?: string | undefined;
  /** False where everybody who reaches it is answered. */
  readonly key?: boolean | undefined;
  /** Where it listens; undefined while that is not known. */
  readonly host: string | undefined;
  /** Where zosia's own settings lie: the key that is made goes there. */
  readonly folder: string;
}

export interface ApiKeys {
  /** Each of them opens; none: no key is asked for. */
  readonly keys: readonly string[];
  /** A key that has been made just now: it is to be shown this once. */
  readonly made?: { readonly key: string; readonly path: string } | undefined;
}

/** The file in the folder of settings that has the key that zosia made. */
export const apiKeyPath = (folder: string): string => join(folder, 'api-key');

/**
 * The keys that open the API: those that the user gave, both of the file and the single one; else the one that is
 * kept in the folder of settings, made there where there is none.
 *
 * @throws ZosiaError `ZOSIA_NO_KEY_REFUSED` without a key beyond loopback, or where one is given, too;
 *   `ZOSIA_API_KEY_INVALID`; as `readApiKeyFile` and `writeOutput`
 */
export async function apiKeys(options: ApiKeyOptions): Promise<ApiKeys> {
  const { apiKey, apiKeyFile, key = true, folder } = options;
  checkKeyless(options);
  if (!key) return { keys: [] };
  if (apiKey !== undefined) checkApiKey(apiKey, wording`${option('apiKey')}`);
  const ofFile = apiKeyFile === undefined ? [] : await readApiKeyFile(apiKeyFile);
  const given = apiKey === undefined ? ofFile : [...ofFile, apiKey];
  return given.length > 0 ? { keys: given } : keptApiKey(folder);
}

/**
 * Refuses to have no key where one is given, too, or others can reach the server. Nothing is read or made.
 *
 * @throws ZosiaError `ZOSIA_NO_KEY_REFUSED`
 */
export function checkKeyless({
  apiKey,
  apiKeyFile,
  key = true,
  host,
}: Omit<ApiKeyOptions, 'folder'>): void {
  if (key) return;
  const given =
    apiKeyFile !== undefined ? 'apiKeyFile' : apiKey !== undefined ? 'apiKey' : undefined;
  if (given !== undefined) {
    throw new ZosiaError(
      'ZOSIA_NO_KEY_REFUSED',
      wording`${option('key')} and ${option(given)} contradict each other`,
      {
        hint: wording`Leave out ${option('key')} to have a key, or ${option(given)} to have none.`,
      },
    );
  }
  if (host === undefined || isLoopback(host)) return;
  throw new ZosiaError(
    'ZOSIA_NO_KEY_REFUSED',
    wording`${option('key')} is for this host alone, and others can reach ${JSON.stringify(host)}`,
    { hint: wording`Listen on 127.0.0.1, or leave out ${option('key')}.` },
  );
}

/** Of several processes that find none at once, all take what the first has written. */
async function keptApiKey(folder: string): Promise<ApiKeys> {
  const path = apiKeyPath(folder);
  const kept = await readIfThere(path);
  if (kept) return { keys: kept };
  const key = generateApiKey();
  await writeOutput(path, `${key}\n`, { mode: 0o600, replace: false });
  const keys = await readApiKeyFile(path);
  return keys.includes(key) ? { keys, made: { key, path } } : { keys };
}

const readIfThere = (path: string): Promise<string[] | undefined> =>
  readApiKeyFile(path).catch((error: unknown) => {
    if (error instanceof ZosiaError && error.code === 'ZOSIA_FILE_NOT_FOUND') return undefined;
    throw error;
  });
