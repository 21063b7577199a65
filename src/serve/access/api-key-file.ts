import { ZosiaError } from '../../errors.js';
import { OF_OTHERS, readPrivateFile } from '../../host/private-file.js';
import { shellPath } from '../../shell-word.js';
import { checkApiKey } from './api-key.js';

/**
 * Reads a file of keys: one a line, without the blanks around it; empty lines, and those that begin with `#`, are
 * none.
 *
 * @throws ZosiaError `ZOSIA_API_KEY_FILE_OPEN` where others than its owner may read or write it,
 *   `ZOSIA_API_KEY_INVALID`, `ZOSIA_FILE_NOT_FOUND`, `ZOSIA_FILE_UNREADABLE`, `ZOSIA_FILE_TOO_LARGE`
 */
export async function readApiKeyFile(path: string): Promise<string[]> {
  const text = await readPrivateFile(path, {
    kind: 'file of keys',
    forbidden: OF_OTHERS,
    onOpen: () =>
      new ZosiaError(
        'ZOSIA_API_KEY_FILE_OPEN',
        `other users of this host may read or write the file of keys ${path}`,
        { hint: `Make it yours alone: chmod 600 ${shellPath(path)}` },
      ),
  });
  return keysIn(text, path);
}

function keysIn(text: string, path: string): string[] {
  const keys: string[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    const key = line.trim();
    if (key === '' || key.startsWith('#')) continue;
    checkApiKey(key, `${path}, line ${index + 1}`);
    keys.push(key);
  }
  if (keys.length > 0) return keys;
  throw new ZosiaError('ZOSIA_API_KEY_INVALID', `${path} has no key`, {
    hint: 'Write one into it, a line for each.',
  });
}
