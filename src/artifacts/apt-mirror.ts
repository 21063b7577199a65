import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ZosiaError } from '../errors.js';
import { createAptRoot } from './apt-root.js';
import { firstAptError } from './apt.js';
import type { AptRunner } from './apt.js';
import { parseRelease } from './release.js';

/** One archive and release that the host's apt is configured for. */
export interface ConfiguredRelease {
  /** The archive's base, ending in `/`. */
  readonly baseUri: string;
  readonly origin: string;
  readonly label: string;
}

const TARGET_FORMAT = '$(CREATED_BY)|$(COMPONENT)|$(REPO_URI)|$(ORIGIN)|$(LABEL)';

/**
 * The base of the Debian archive that the host's apt is configured for, or undefined if it knows
 * none (a derivative of Debian). The host's package lists are asked first; where there are none
 * yet, the Release files of its sources are downloaded into `folder`.
 *
 * @param folder an empty folder to work in
 * @throws ZosiaError `ZOSIA_APT_FAILED`
 */
export async function debianMirrorBase(
  folder: string,
  run: AptRunner,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const targets = await run('apt-get', ['indextargets', '--format', TARGET_FORMAT], signal);
  return (
    chooseDebianArchive(parseIndexTargets(targets.stdout)) ??
    chooseDebianArchive(await downloadReleases(folder, run, signal))
  );
}

/** Reads what `apt-get indextargets` prints for {@link TARGET_FORMAT}. */
export function parseIndexTargets(text: string): ConfiguredRelease[] {
  return text.split('\n').flatMap((line) => {
    const [createdBy, component, baseUri, origin, label, ...rest] = line.split('|');
    if (label === undefined || rest.length > 0) return [];
    if (createdBy !== 'Packages' || component !== 'main') return [];
    return [{ baseUri: baseUri!, origin: origin!, label }];
  });
}

/**
 * Reads what `apt-get update --print-uris` prints: `'URI' FILE SIZE HASH`, and keeps the Release
 * files, each with its archive's base.
 */
export function parseReleaseUris(text: string): { baseUri: string; file: string }[] {
  return text.split('\n').flatMap((line) => {
    const match = /^'(.*?\/)dists\/\S+\/InRelease' (\S+) /.exec(line);
    return match ? [{ baseUri: match[1]!, file: match[2]! }] : [];
  });
}

/**
 * The base of Debian's main archive among releases: the first one configured. One archive's pool
 * serves all of its suites, so it does not matter which of them the host uses.
 */
export function chooseDebianArchive(releases: readonly ConfiguredRelease[]): string | undefined {
  const chosen = releases.find(
    ({ baseUri, origin, label }) =>
      // The label sets the security archive apart; a disc in a drive has no other suites.
      origin === 'Debian' && label === 'Debian' && !baseUri.startsWith('cdrom:'),
  );
  if (chosen === undefined) return undefined;
  return chosen.baseUri.endsWith('/') ? chosen.baseUri : `${chosen.baseUri}/`;
}

async function downloadReleases(
  folder: string,
  run: AptRunner,
  signal?: AbortSignal,
): Promise<ConfiguredRelease[]> {
  const root = await createAptRoot(folder, { kind: 'host' });
  const printed = await run('apt-get', ['update', '--print-uris', ...root.options], signal);
  const releases = parseReleaseUris(printed.stdout);
  if (releases.length === 0) return [];
  // With every index switched off, an update fetches the Release files alone. Sources that fail,
  // say of some other vendor, do not matter as long as one of Debian's is there.
  const off = ['deb::Packages', 'deb::Translations', 'deb-src::Sources'].flatMap((target) => [
    '-o',
    `Acquire::IndexTargets::${target}::DefaultEnabled=false`,
  ]);
  const update = await run('apt-get', ['update', '-qq', ...root.options, ...off], signal);
  const configured: ConfiguredRelease[] = [];
  for (const { baseUri, file } of releases) {
    const text = await readFile(join(root.listsFolder, file), 'utf8').catch(() => undefined);
    if (text !== undefined) {
      const { origin, label } = parseRelease(text);
      configured.push({ baseUri, origin, label });
    }
  }
  if (configured.length > 0) return configured;
  throw new ZosiaError(
    'ZOSIA_APT_FAILED',
    `cannot reach any of apt's sources: ${firstAptError(update.stderr)}`,
    { hint: 'Check that "apt-get update" works on this machine, then run the same command again.' },
  );
}
