import { say } from '../output/output.js';
import { settingsFolder } from '../settings-folder.js';
import { sayNote } from '../start/start.js';
import type { ServeFlags } from './options.js';
import { apiKeys, checkKeyless } from '../../serve/access/api-keys.js';
import type { ApiKeys } from '../../serve/access/api-keys.js';
import { readTls } from '../../serve/access/tls.js';
import type { TlsPair } from '../../serve/access/tls.js';

/** @throws ZosiaError as `checkKeyless` */
export const checkKeys = (
  { apiKey, apiKeyFile, key }: ServeFlags,
  host: string | undefined,
): void => {
  checkKeyless({ apiKey, apiKeyFile, key, host });
};

/**
 * The keys that open the API. One that is made is shown at once: whatever fails after that, it is kept, and would
 * never be shown again.
 *
 * @throws ZosiaError as `apiKeys`
 */
export async function keysFor(flags: ServeFlags, host: string | undefined): Promise<ApiKeys> {
  const found = await apiKeys({
    apiKey: flags.apiKey,
    apiKeyFile: flags.apiKeyFile,
    key: flags.key,
    host,
    folder: settingsFolder(),
  });
  if (found.made) {
    say(`zosia: the API key is ${found.made.key}`);
    sayNote(`it is shown this once, and kept in ${found.made.path}`);
  }
  return found;
}

/** @throws ZosiaError as `readTls` */
export async function tlsFor({ tlsCert, tlsKey }: ServeFlags): Promise<TlsPair | undefined> {
  return tlsCert === undefined || tlsKey === undefined ? undefined : readTls(tlsCert, tlsKey);
}
