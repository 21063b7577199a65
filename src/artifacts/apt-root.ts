import { access, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ZosiaError } from '../errors.js';
import { makeFolder } from '../host/make-folder.js';
import type { DebianArchitecture } from './architectures.js';
import { mustRunApt, sandboxOptions } from './apt.js';
import type { AptRunner } from './apt.js';
import type { Suite } from './lock.js';

/** Hooks that a host may have for after an update or an installation are not for a private root. */
const CONFIGURATION = '#clear APT::Update;\n#clear DPkg;\n';

/** Keyrings of the package debian-archive-keyring, newest name first. */
export const KEYRINGS: readonly string[] = [
  '/usr/share/keyrings/debian-archive-keyring.pgp',
  '/usr/share/keyrings/debian-archive-keyring.gpg',
];

/** What a host may have allowed for its own sources, so that unsigned or badly signed ones pass. */
const STRICTLY_SIGNED = [
  'Acquire::AllowInsecureRepositories=false',
  'Acquire::AllowWeakRepositories=false',
  'Acquire::AllowDowngradeToInsecureRepositories=false',
  'APT::Get::AllowUnauthenticated=false',
];

/** What a private root reads: the host's own sources, or one suite of one archive. */
export type AptSources =
  | { readonly kind: 'host' }
  | {
      readonly kind: 'suite';
      readonly baseUri: string;
      readonly suite: Suite;
      readonly architecture: DebianArchitecture;
      /** The keyring its signature is checked with; the host's Debian archive keyring by default. */
      readonly keyring?: string | undefined;
    };

/** A set-up of apt that shares the host's network configuration and nothing else with it. */
export interface AptRoot {
  /** Options that make any of apt's programs work in this root. */
  readonly options: readonly string[];
  readonly listsFolder: string;
}

/**
 * Lays out a private root in an empty folder. Nothing of the host's apt is read or changed yet.
 *
 * @throws ZosiaError `ZOSIA_APT_FAILED` for a suite whose signature nothing here can check
 */
export async function createAptRoot(folder: string, sources: AptSources): Promise<AptRoot> {
  const at = (...parts: string[]): string => join(folder, ...parts);
  const listsFolder = at('lists');
  await makeFolder(at('lists', 'partial'));
  await makeFolder(at('cache', 'archives', 'partial'));
  await mkdir(at('state'));
  await writeFile(at('status'), '');
  await writeFile(at('apt.conf'), CONFIGURATION);
  const settings = [
    'Acquire::Languages=none',
    'Acquire::PDiffs=false',
    `Dir::State=${at('state')}`,
    `Dir::State::lists=${listsFolder}`,
    `Dir::State::status=${at('status')}`,
    `Dir::Cache=${at('cache')}`,
    'Dir::Cache::pkgcache=pkgcache.bin',
    'Dir::Cache::srcpkgcache=srcpkgcache.bin',
    'Dir::Etc::preferences=/dev/null',
    'Dir::Etc::preferencesparts=/dev/null',
  ];
  if (sources.kind === 'suite') {
    await writeFile(at('sources.list'), await sourceLine(sources));
    settings.push(
      `APT::Architecture=${sources.architecture}`,
      `APT::Architectures::=${sources.architecture}`,
      `Dir::Etc::sourcelist=${at('sources.list')}`,
      'Dir::Etc::sourceparts=/dev/null',
      ...STRICTLY_SIGNED,
    );
  }
  return {
    options: [
      '-c',
      at('apt.conf'),
      ...sandboxOptions(),
      ...settings.flatMap((setting) => ['-o', setting]),
    ],
    listsFolder,
  };
}

/**
 * Downloads the indexes of a root's sources. apt checks each Release file's signature, and the
 * indexes against the Release file.
 *
 * @throws ZosiaError `ZOSIA_APT_FAILED`
 */
export async function updateAptRoot(
  root: AptRoot,
  run: AptRunner,
  options: readonly string[] = [],
  signal?: AbortSignal,
): Promise<void> {
  // Without this, apt counts an index that cannot be had as a mere warning.
  const strict = ['-o', 'APT::Update::Error-Mode=any'];
  await mustRunApt(
    run,
    'apt-get',
    ['update', '-qq', ...root.options, ...strict, ...options],
    'cannot read the package indexes',
    signal,
  );
}

async function sourceLine(sources: AptSources & { kind: 'suite' }): Promise<string> {
  const { architecture, baseUri, suite, keyring = await debianKeyring(KEYRINGS) } = sources;
  return `deb [arch=${architecture} signed-by=${keyring}] ${baseUri} ${suite} main\n`;
}

/**
 * The first keyring that is there. Without `signed-by` apt would take any key that the host trusts, for
 * whatever archive.
 *
 * @throws ZosiaError `ZOSIA_APT_FAILED`
 */
export async function debianKeyring(paths: readonly string[]): Promise<string> {
  for (const path of paths) {
    try {
      await access(path);
      return path;
    } catch {
      continue;
    }
  }
  throw new ZosiaError('ZOSIA_APT_FAILED', "this host has no keyring of Debian's archive", {
    hint: 'Install the package debian-archive-keyring, then run the same command again.',
  });
}
