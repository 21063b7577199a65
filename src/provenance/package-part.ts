import { readFile } from 'node:fs/promises';
import type { Lock } from '../artifacts/lock.js';
import { snapshotUrl } from '../artifacts/snapshot-transport.js';
import { escapePoolPath } from '../artifacts/transport.js';
import { readDeb } from '../formats/deb/deb.js';
import { readDebianCopyright } from './debian-copyright.js';
import type { NamedPackage } from './package-sources.js';
import type { PartPackage } from './spdx.js';

/** The longest copyright file that is read; that of glibc has 50 KiB. */
const MAX_COPYRIGHT_BYTES = 4 << 20;

/**
 * A Debian package as part of an image.
 *
 * @throws ZosiaError as `readDeb`
 */
export async function packagePart(found: NamedPackage, lock: Lock): Promise<PartPackage> {
  const { name, version, sha256, locked } = found;
  return {
    name,
    version,
    sha256,
    supplier: 'Organization: Debian',
    ...(locked && lockedFacts(locked, lock)),
    ...(!locked && { comment: 'The lock of this zosia does not have this package.' }),
    ...(await licenceOf(found)),
    purpose: name.startsWith('lib') ? 'LIBRARY' : 'APPLICATION',
  };
}

function lockedFacts(
  locked: NonNullable<NamedPackage['locked']>,
  { snapshot }: Lock,
): Pick<PartPackage, 'fileName' | 'downloadLocation' | 'sourceInfo' | 'purl'> {
  const { name, version, architecture, suite, poolPath } = locked;
  const [source, fileName] = poolPath.split('/').slice(-2);
  const encoded = encodeURIComponent(version).replaceAll('%3A', ':');
  return {
    fileName: fileName!,
    downloadLocation: `${snapshotUrl(snapshot[suite])}${escapePoolPath(locked)}`,
    sourceInfo: `built by Debian from its source package ${source!}`,
    purl: `pkg:deb/debian/${encodeURIComponent(name)}@${encoded}?arch=${architecture}&distro=${suite}`,
  };
}

type Licence = Pick<PartPackage, 'licence' | 'licenceComment' | 'others'>;

async function licenceOf({ name, path }: NamedPackage): Promise<Licence> {
  if (path === undefined) return { licenceComment: 'The package was not there to be looked into.' };
  const file = `/usr/share/doc/${name}/copyright`;
  const folder = `/usr/share/doc/${name}`;
  const entries = readDeb(await readFile(path), {
    select: (each) => each === file,
    maxKeptBytes: MAX_COPYRIGHT_BYTES,
  });
  for await (const entry of entries) {
    if (entry.path === folder && entry.type === 'symlink') {
      return {
        licenceComment: `Its copyright file is that of the package ${entry.target!}, which is not in the image.`,
      };
    }
    if (entry.path !== file || !entry.bytes) continue;
    const licences = readDebianCopyright(new TextDecoder().decode(entry.bytes), name);
    if (!licences) return { licenceComment: `${file.slice(1)} is in no form that programs read.` };
    return {
      licence: licences.expression,
      licenceComment: `Of the files of its source package, by ${file.slice(1)}.`,
      others: licences.others,
    };
  }
  return { licenceComment: 'The package has no copyright file.' };
}
