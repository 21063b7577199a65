import { isAbsolute, join } from 'node:path';
import { environment, folders } from './environment.js';
import { hostFolders } from '../host/host-folders.js';

/** Where zosia's own settings of this user lie: keys of servers and workers. */
export function settingsFolder(): string {
  const { configDirectory } = folders();
  return configDirectory !== undefined && isAbsolute(configDirectory)
    ? join(configDirectory, 'zosia')
    : hostFolders(environment).dataDirectory;
}
