import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { debianMirrorBase } from '../../../src/artifacts/apt-mirror.js';
import { hasApt, runApt } from '../../../src/artifacts/apt.js';
import { LOCK_PATH, parseLock, readLock } from '../../../src/artifacts/lock.js';
import { parseRelease } from '../../../src/artifacts/release.js';
import { aptSource } from '../../../src/artifacts/update/apt-source.js';
import { readArchiveKeys } from '../../../src/artifacts/archive-keys.js';
import { readUrlBy } from '../../../src/artifacts/update/read-url.js';
import { formatLock, resolveLock } from '../../../src/artifacts/update/resolve-lock.js';
import { signedSource } from '../../../src/artifacts/update/signed-source.js';
import { updateLock } from '../../../src/artifacts/update/update-lock.js';
import { MIB } from '../../../src/image/units.js';
import { zosiaError } from '../../support/errors.js';
import { skipWhere } from '../../support/skipping.js';
import { temporaryFolder } from '../samples.js';
import { served } from './signed-repository.js';

/** The mirror that apt is configured for, what it has signed, and when that is read. */
async function realArchive() {
  const folder = await temporaryFolder();
  const base = (await debianMirrorBase(join(folder, 'mirror'), runApt))!;
  const readUrl = readUrlBy(folder);
  const release = await readUrl(new URL('dists/forky/InRelease', base), { maxBytes: 4 * MIB });
  // The mirror of this host may be one that stands still.
  const now = Date.parse(parseRelease(new TextDecoder().decode(release)).date) + 7_200_000;
  return { folder, base, readUrl, release: Buffer.from(release), now };
}

describe("Debian's own archive", skipWhere(!(await hasApt()), 'no apt here'), () => {
  it('gives the same lock by apt and by its signed index, no older than ours', async () => {
    const { folder, base, readUrl, now } = await realArchive();
    const keys = await readArchiveKeys();
    const before = await readLock();
    const sources = [
      signedSource({ baseUrl: base, readUrl, keys, now }),
      aptSource({ baseUri: base, run: runApt, folder: join(folder, 'apt') }),
    ];
    const texts: string[] = [];
    for (const source of sources) {
      texts.push(formatLock(await resolveLock(source, { before })));
    }
    expect(texts[0]).toBe(texts[1]);
    expect(texts[0]).toContain('llama.cpp-tools');
  });

  it('is refused with one byte of its signed text flipped, and taken as it is', async () => {
    const { readUrl, release, now } = await realArchive();
    const keys = await readArchiveKeys();
    const openFrom = async (bytes: Buffer): Promise<unknown> => {
      const baseUrl = await served({ 'dists/forky/InRelease': bytes });
      return signedSource({ baseUrl, readUrl, keys, now }).open('forky', 'amd64');
    };
    // What is signed right gets as far as the index, which nobody serves here.
    await expect(openFrom(release)).rejects.toThrow(zosiaError('ZOSIA_DOWNLOAD_FAILED'));
    const begins = release.indexOf('\n\n') + 2;
    const ends = release.indexOf('\n-----BEGIN PGP SIGNATURE-----');
    expect(ends).toBeGreaterThan(begins);
    const digest = release.indexOf('main/binary-amd64/Packages.xz', begins) - 30;
    for (const at of [begins + 'Origin: D'.length, digest, ends - 20]) {
      const tampered = Buffer.from(release);
      tampered[at]! ^= 1;
      await expect(openFrom(tampered)).rejects.toMatchObject({
        code: 'ZOSIA_INDEX_REFUSED',
        message: expect.stringMatching(/InRelease: the signature by key .* is bad/) as string,
      });
    }
  });

  it('gives a lock file the same bytes each time it is updated', async () => {
    const { folder, base, now } = await realArchive();
    const path = join(folder, 'lock.json');
    // Of an earlier state, so that there is something to write whatever the archive has.
    const { snapshot, ...lock } = parseLock(await readFile(LOCK_PATH, 'utf8'), LOCK_PATH);
    const earlier = { bookworm: '20240101T000000Z', forky: '20240101T000000Z' };
    expect(snapshot.forky > earlier.forky).toBe(true);
    const original = join(folder, 'original.json');
    await writeFile(original, formatLock({ ...lock, snapshot: earlier }));
    const texts: string[] = [];
    for (const written of [true, true, false]) {
      if (written) await copyFile(original, path);
      const update = await updateLock(
        { path, mirror: base, withoutApt: true, cacheDir: join(folder, 'cache') },
        { now },
      );
      expect(update).toMatchObject({ checkedBy: 'openpgp', written });
      texts.push(await readFile(path, 'utf8'));
    }
    expect(new Set(texts).size).toBe(1);
    expect(texts[0]).toBe(formatLock(await readLock(path)));
    expect((await readLock(path)).snapshot.forky >= snapshot.forky).toBe(true);
  });
});
