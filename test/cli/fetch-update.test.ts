import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { LOCK_PATH } from '../../src/artifacts/lock.js';
import { withoutProxy } from '../artifacts/repository.js';
import { makeKey, repositoryFiles, served } from '../artifacts/update/signed-repository.js';
import { zosia } from '../support/cli.js';
import { temporaryFolder } from '../support/temporary.js';

withoutProxy();
const folder = temporaryFolder();

it('zosia fetch --update refuses an index that is not signed by Debian, and leaves the lock', async () => {
  const before = await readFile(LOCK_PATH, 'utf8');
  const mirror = await served(await repositoryFiles({ keys: [await makeKey()] }));
  const line = `fetch --update llama --dry-run --without-apt --mirror ${mirror}`;
  const env = { ZOSIA_CACHE: folder.file('cache'), no_proxy: '127.0.0.1' };
  const { stdout, stderr, exitCode } = await zosia(line.split(' '), { cwd: folder.path, env });
  expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 1 });
  expect(stderr).toContain('the index of forky is refused: InRelease: it is signed by no key');
  expect(await readFile(LOCK_PATH, 'utf8')).toBe(before);
});
