import { readFile } from 'node:fs/promises';
import { readKeys } from 'openpgp';
import { expect, it } from 'vitest';
import { ARCHIVE_KEYS, readArchiveKeys } from '../../src/artifacts/archive-keys.js';

it('the keys that come along are those that the documents name, public ones, and last for years', async () => {
  const page = await readFile(new URL('../../docs/trust.md', import.meta.url), 'utf8');
  const rows = [...page.matchAll(/^\| `([0-9A-F]{40})` \| ([^|]+) \| ([\d-]+) \|$/gm)];
  const named = rows.map(([, fingerprint, user, until]) => `${fingerprint} ${user} ${until}`);
  const keys = await readKeys({ armoredKeys: await readArchiveKeys() });
  const found = keys.map(async (key) => {
    expect(key.isPrivate()).toBe(false);
    const until = (await key.getExpirationTime()) as Date;
    const user = key.getUserIDs()[0]!.replace(/ <.*/, '');
    return `${key.getFingerprint().toUpperCase()} ${user} ${until.toISOString().slice(0, 10)}`;
  });
  expect((await Promise.all(found)).sort()).toEqual(named.sort());
});

it('keys that cannot be read are reported', async () => {
  await expect(readArchiveKeys(`${ARCHIVE_KEYS}.gone`)).rejects.toMatchObject({
    code: 'ZOSIA_INDEX_REFUSED',
    hint: expect.stringContaining('Install zosia again'),
  });
});
