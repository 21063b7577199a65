import type { BuilderFile } from '../builder.js';

/** Where the packages of an image come from. */
export interface PackageSource {
  /** What messages call it. */
  readonly name: string;
  /** The base of an archive of Debian, ending in `/`; where the base image itself has its packages from, unless given. */
  readonly archive?: string | undefined;
}

/** Where guest/toolchain/*\/Dockerfile has the files of `aptFiles` while packages are installed. */
const FOLDER = '/tmp/apt';

/** @param snapshot a time in the Debian snapshot archive's notation: `20261030T140801Z` */
export const snapshotSource = (snapshot: string): PackageSource => ({
  name: 'the Debian snapshot archive',
  archive: `http://snapshot.debian.org/archive/debian/${snapshot}/`,
});

/**
 * @param archive the mirror's base, ending in `/`, as this host's apt may have it
 * @returns undefined for an address with a password, which whoever gets the image could read in its layers
 */
export function mirrorSource(archive: string): PackageSource | undefined {
  return /\/\/[^/]*@/.test(archive) ? undefined : { name: `the mirror ${archive}`, archive };
}

/** Where the base image itself has its packages from. */
export const OWN_SOURCE: PackageSource = { name: 'where the base image has its packages' };

/** {@link OWN_SOURCE} of a derivative of Debian. @param name the derivative's: "Ubuntu" */
export const derivativeSource = (name: string): PackageSource => ({
  name: `where the base image has those of ${name}`,
});

/**
 * What apt reads while it installs from a source, as apt.conf(5), sources.list(5) and apt_preferences(5) have it.
 *
 * @param release the code name of the image's release; undefined for a derivative of Debian, whose own source
 *   needs none
 */
export function aptFiles({ archive }: PackageSource, release: string | undefined): BuilderFile[] {
  const isNamed = archive !== undefined && release !== undefined;
  const files = [
    { path: 'apt/apt.conf', lines: isNamed ? [...CONFIGURATION, ...NAMED_SOURCE] : CONFIGURATION },
    ...(isNamed ? namedSource(archive, release) : []),
  ];
  return files.map(({ path, lines }) => ({ path, data: `${lines.join('\n')}\n` }));
}

const CONFIGURATION = [
  'APT::Get::Assume-Yes "true";',
  'APT::Install-Recommends "false";',
  // A source that has gone away fails: lists from an earlier day would not.
  'APT::Update::Error-Mode "any";',
  'Acquire::http::Timeout "20";',
  'Acquire::https::Timeout "20";',
  // Signatures tell what is Debian's, not certificates, of which a small image has none.
  'Acquire::https::Verify-Peer "false";',
];

const NAMED_SOURCE = [
  'APT::Get::allow-downgrades "true";',
  `Dir::Etc::sourcelist "${FOLDER}/sources.list";`,
  'Dir::Etc::sourceparts "/dev/null";',
  `Dir::Etc::preferences "${FOLDER}/preferences";`,
  'Dir::Etc::preferencesparts "/dev/null";',
];

const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';

const namedSource = (archive: string, release: string): { path: string; lines: string[] }[] => [
  {
    path: 'apt/sources.list',
    // The Release files of a day long past have expired.
    lines: [`deb [check-valid-until=no signed-by=${KEYRING}] ${archive} ${release} main`],
  },
  {
    path: 'apt/preferences',
    // What is in the image may be newer than the day; what depends on the very version of it is then put back.
    lines: ['Package: *', `Pin: release n=${release}`, 'Pin-Priority: 1001'],
  },
];
