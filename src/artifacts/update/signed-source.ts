import { ZosiaError } from '../../errors.js';
import { decompressWhole } from '../../formats/compression/decompress.js';
import type { Compression } from '../../formats/compression/decompress.js';
import { digestBytes } from '../../host/digest.js';
import { MIB } from '../../image/units.js';
import type { DebianArchitecture } from '../architectures.js';
import type { Suite } from '../lock.js';
import { parseRelease } from '../release.js';
import type { Release } from '../release.js';
import { packagesIndex } from './packages-text.js';
import type { ReadUrl } from './read-url.js';
import { refused, requireSuite } from './refused.js';
import { signedText } from './signed-text.js';
import type { IndexSource } from './suite-index.js';

export interface SignedSourceOptions {
  /** Base of a Debian archive, ending in `/`. */
  readonly baseUrl: string;
  readonly readUrl: ReadUrl;
  /** The keys that signatures are checked with, as an armored block. */
  readonly keys: string;
  /** In milliseconds since 1970. */
  readonly now: number;
}

/** That of Debian's largest suite has 250 KiB. */
const MAX_RELEASE_BYTES = 4 * MIB;
/** Those of Debian's suites have 10 MiB. */
const MAX_PACKED_BYTES = 128 * MIB;
/** And unpacked 60 MiB; as text it has to fit into a string. */
const MAX_INDEX_BYTES = 384 * MIB;

/** The host's clock and the archive's may differ by this much. */
const CLOCK_TOLERANCE_MS = 15 * 60_000;

/** The best one first. */
const PACKED_AS: readonly (readonly [string, Compression])[] = [
  ['.xz', 'xz'],
  ['.gz', 'gzip'],
  ['', 'none'],
];

/**
 * Reads indexes without apt: InRelease is checked with OpenPGP against the archive's keys, and must neither
 * have expired nor be of the future; the indexes are checked with the sha256 that it has for them.
 */
export function signedSource(options: SignedSourceOptions): IndexSource {
  const releases = new Map<Suite, Promise<Release>>();
  return {
    checkedBy: 'openpgp',
    async open(suite, architecture, signal) {
      let release = releases.get(suite);
      if (!release) releases.set(suite, (release = readRelease(options, suite, signal)));
      const text = await readPackages(options, suite, await release, architecture, signal);
      return { ...packagesIndex(text), release: await release };
    },
  };
}

async function readRelease(
  { baseUrl, readUrl, keys, now }: SignedSourceOptions,
  suite: Suite,
  signal: AbortSignal | undefined,
): Promise<Release> {
  const url = new URL(`dists/${suite}/InRelease`, baseUrl);
  const bytes = await readUrl(url, { maxBytes: MAX_RELEASE_BYTES, signal });
  const signed = await signedText(new TextDecoder().decode(bytes), keys, now, (what, cause) =>
    refused(suite, `InRelease: ${what}`, { cause }),
  );
  const release = parseRelease(signed);
  requireSuite(suite, release);
  const until = release.validUntil === '' ? Infinity : Date.parse(release.validUntil);
  // A date that cannot be read has not been reached.
  if (!(now <= until)) {
    throw refused(suite, `it was valid until ${release.validUntil}`, {
      hint: "Nothing was changed. Check this host's clock; if it is right, name a mirror that is up to date.",
    });
  }
  if (!(Date.parse(release.date) <= now + CLOCK_TOLERANCE_MS)) {
    throw refused(suite, `it is dated ${release.date || 'never'}, which is still to come`, {
      hint: "Nothing was changed. Check this host's clock.",
    });
  }
  return release;
}

async function readPackages(
  { baseUrl, readUrl }: SignedSourceOptions,
  suite: Suite,
  release: Release,
  architecture: DebianArchitecture,
  signal: AbortSignal | undefined,
): Promise<string> {
  const plain = `main/binary-${architecture}/Packages`;
  for (const [ending, compression] of PACKED_AS) {
    const path = `${plain}${ending}`;
    const file = release.files.get(path);
    if (!file) continue;
    if (file.sizeBytes > MAX_PACKED_BYTES) {
      throw refused(suite, `${path} is to have ${file.sizeBytes} bytes`);
    }
    const folder = path.slice(0, path.lastIndexOf('/'));
    const place = release.hasFilesByHash ? `${folder}/by-hash/SHA256/${file.sha256}` : path;
    const bytes = await readUrl(new URL(`dists/${suite}/${place}`, baseUrl), {
      maxBytes: file.sizeBytes,
      signal,
    }).catch((cause: unknown) => {
      if (!(cause instanceof ZosiaError) || cause.code !== 'ZOSIA_DOWNLOAD_CORRUPT') throw cause;
      throw refused(suite, `${path} is longer than ${file.sizeBytes} bytes`, { cause });
    });
    if (bytes.length !== file.sizeBytes || digestBytes(bytes) !== file.sha256) {
      throw refused(suite, `${path} does not have the sha256 that InRelease has for it`);
    }
    const maxBytes = Math.min(release.files.get(plain)?.sizeBytes ?? Infinity, MAX_INDEX_BYTES);
    const unpacked = await decompressWhole(compression, bytes, { maxBytes, signal });
    return new TextDecoder().decode(unpacked);
  }
  throw refused(suite, `it has no ${plain}`);
}
