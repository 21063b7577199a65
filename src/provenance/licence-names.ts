import { createRequire } from 'node:module';

/** The identifiers of the SPDX licence list, by themselves in lower case. */
const LISTED: ReadonlyMap<string, string> = new Map(
  (createRequire(import.meta.url)('spdx-license-ids') as string[]).map((id) => [
    id.toLowerCase(),
    id,
  ]),
);

/** Debian's short names (copyright-format 1.0, 7.2) that SPDX has under others. */
const DEBIAN_NAMES: ReadonlyMap<string, string> = new Map([
  ['expat', 'MIT'],
  ['artistic', 'Artistic-1.0'],
  ['mit-no-attribution', 'MIT-0'],
  ['python', 'PSF-2.0'],
  ['mpl-1.1', 'MPL-1.1'],
  ['perl', 'Artistic-1.0-Perl OR GPL-1.0-or-later'],
]);

/** Exceptions in Debian's words that SPDX knows. */
const EXCEPTIONS: ReadonlyMap<string, string> = new Map([
  ['llvm', 'LLVM-exception'],
  ['gcc', 'GCC-exception-3.1'],
  ['openssl', 'OpenSSL-standard-exception'],
  ['autoconf', 'Autoconf-exception-generic'],
  ['bison', 'Bison-exception-2.2'],
  ['classpath', 'Classpath-exception-2.0'],
  ['libtool', 'Libtool-exception'],
]);

/** A licence that the SPDX list does not have. */
export interface OtherLicence {
  /** `LicenseRef-...`. */
  readonly id: string;
  /** What its source calls it. */
  readonly name: string;
}

export interface LicenceName {
  /** A simple SPDX expression: an identifier of the list, perhaps with an exception, or the reference of `other`. */
  readonly expression: string;
  readonly other?: OtherLicence | undefined;
}

/**
 * The SPDX identifier of a licence, by a name of Debian's or of a model's: `GPL-2+`, `Expat`, `apache-2.0`.
 * What SPDX does not have, or not surely, becomes a reference.
 *
 * @param scope what else the reference is named after, since packages mean different texts by one name
 */
export function licenceName(name: string, scope: string): LicenceName {
  const found = exception(name) ?? listed(name);
  if (found !== undefined) return { expression: found };
  const id = `LicenseRef-${reference(scope)}-${reference(name)}`;
  return { expression: id, other: { id, name } };
}

function listed(name: string): string | undefined {
  const lower = name.toLowerCase();
  const renamed = DEBIAN_NAMES.get(lower);
  if (renamed !== undefined) return renamed.includes(' ') ? `(${renamed})` : renamed;
  const gnu = /^((?:a|l)?gpl|gfdl|fdl)-(\d)(?:\.(\d))?(\+)?$/.exec(lower);
  if (gnu) {
    const [, family, major, minor = '0', plus] = gnu;
    const short = family === 'gfdl' || family === 'fdl' ? 'gfdl' : family!;
    return LISTED.get(`${short}-${major!}.${minor}-${plus ? 'or-later' : 'only'}`);
  }
  return LISTED.get(lower);
}

/** `Apache-2.0 with LLVM exception`. */
function exception(name: string): string | undefined {
  const match = /^(\S+) with (?:the )?(\S+) exception$/i.exec(name);
  if (!match) return undefined;
  const base = listed(match[1]!);
  const known = EXCEPTIONS.get(match[2]!.toLowerCase());
  return base === undefined || known === undefined ? undefined : `${base} WITH ${known}`;
}

const reference = (text: string): string => text.replace(/[^A-Za-z0-9.-]+/g, '-').slice(0, 80);
