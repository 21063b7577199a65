import { accessBytes } from '../../image/random-access.js';
import type { RandomAccess } from '../../image/random-access.js';
import { sliceAccess } from '../../image/slice-access.js';
import { decompress, splitCompression } from '../compression/decompress.js';
import { joinChunks, tooLarge } from '../compression/limits.js';
import type { DecompressionLimits } from '../compression/limits.js';
import { memberPath } from '../member-path.js';
import { corruptDeb, readArMembers } from './ar.js';
import { DATA_MEMBER, DEB_VERSION, DEB_VERSION_MEMBER, MAX_DEB_VERSION_BYTES } from './layout.js';
import { visitTar } from '../tar/visit.js';
import type { TarDataSink, TarMember } from '../tar/visit.js';
import { GIB, MIB } from '../../image/units.js';

/** A file a package installs. */
export interface DebEntry {
  /** Where it is installed: `/usr/bin/llama-cli`. Never climbs out with `..`. */
  readonly path: string;
  readonly type: 'file' | 'directory' | 'symlink' | 'hardlink';
  /** Permission bits. */
  readonly mode: number;
  /** Length of a file's contents; 0 for the others. */
  readonly sizeBytes: number;
  /** A symbolic link's target as written; a hard link's as a normalised path. */
  readonly target?: string | undefined;
  /** Contents of a selected file. */
  readonly bytes?: Uint8Array | undefined;
}

export interface ReadDebOptions {
  /** Whether to keep the contents of the file at this path; all unless given. */
  readonly select?: ((path: string) => boolean) | undefined;
  /** Where the contents of a file go that are not to be in memory; undefined: `select` decides. */
  readonly extract?: ((entry: DebEntry) => TarDataSink | undefined) | undefined;
  /** Most bytes the package's tar archive may unpack to; 2 GiB unless given. */
  readonly maxBytes?: number | undefined;
  /** Most bytes the kept contents may have altogether; 512 MiB unless given. */
  readonly maxKeptBytes?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

const MAX_TAR_BYTES = 2 * GIB;
const MAX_KEPT_BYTES = 512 * MIB;
/** The largest packages have a few hundred thousand files. */
const MAX_ENTRIES = 1_000_000;

const PERMISSION_MASK = 0o7777;

/**
 * Reads what a Debian package installs, in the package's order. Files that `select` refuses are listed
 * without contents, which are never held in memory. The first entry is handed out once the whole
 * archive has been read and found intact.
 *
 * @throws ZosiaError `ZOSIA_DEB_CORRUPT`, `ZOSIA_DECOMPRESSED_TOO_LARGE`,
 * `ZOSIA_GZIP_CORRUPT`, `ZOSIA_XZ_CORRUPT`, `ZOSIA_ZSTD_CORRUPT`; what `select` and `extract` throw; the
 * signal's reason when cancelled
 */
export async function* readDeb(
  source: Uint8Array | RandomAccess,
  options: ReadDebOptions = {},
): AsyncGenerator<DebEntry, void, undefined> {
  const { select = () => true, maxBytes = MAX_TAR_BYTES, maxKeptBytes = MAX_KEPT_BYTES } = options;
  const { extract, signal } = options;
  const entries: DebEntry[] = [];
  let keptBytes = 0;
  await visitTar(
    await dataTar(source, { maxBytes, signal }),
    (member) => {
      const entry = debEntry(member);
      if (entries.push(entry) > MAX_ENTRIES) throw corruptDeb(`more than ${MAX_ENTRIES} entries`);
      if (entry.type !== 'file') return undefined;
      const sink = extract?.(entry);
      if (sink) return sink;
      if (!select(entry.path)) return undefined;
      keptBytes += entry.sizeBytes;
      if (keptBytes > maxKeptBytes) throw tooLarge(maxKeptBytes);
      const index = entries.length - 1;
      return collect((bytes) => {
        entries[index] = { ...entry, bytes };
      });
    },
    corruptDeb,
  );
  yield* entries;
}

/** The tar archive of what the package installs, unpacked piece by piece. */
async function dataTar(
  source: Uint8Array | RandomAccess,
  limits: DecompressionLimits,
): Promise<AsyncIterable<Uint8Array>> {
  const access = source instanceof Uint8Array ? accessBytes(source) : source;
  const members = await readArMembers(access);
  const version = members[0];
  if (version?.name !== DEB_VERSION_MEMBER || version.sizeBytes > MAX_DEB_VERSION_BYTES) {
    throw corruptDeb(`it does not start with ${DEB_VERSION_MEMBER}`);
  }
  const versionText = new TextDecoder().decode(
    await access.read(version.offset, version.sizeBytes),
  );
  if (!DEB_VERSION.test(versionText)) {
    throw corruptDeb(`package format ${JSON.stringify(versionText.trim())}, not 2.0`);
  }
  for (const { name, offset, sizeBytes } of members) {
    const { stem, compression } = splitCompression(name);
    if (stem === DATA_MEMBER) {
      return decompress(compression, sliceAccess(access, offset, sizeBytes), limits);
    }
  }
  const found = members.map(({ name }) => name).join(', ');
  throw corruptDeb(`no ${DATA_MEMBER} packed with gzip, xz or zstd, or unpacked, among ${found}`);
}

function debEntry(member: TarMember): DebEntry {
  const path = memberPath(member.name);
  if (path === undefined) throw corruptDeb(`it holds a file ${JSON.stringify(member.name)}`);
  const mode = member.mode & PERMISSION_MASK;
  switch (member.type) {
    case 'file':
      return { path, type: 'file', mode, sizeBytes: member.sizeBytes };
    case 'directory':
      return { path, type: 'directory', mode, sizeBytes: 0 };
    case 'symlink':
      if (!member.linkName) throw corruptDeb(`${path} is a link to nothing`);
      return { path, type: 'symlink', mode, sizeBytes: 0, target: member.linkName };
    case 'hardlink': {
      const target = memberPath(member.linkName);
      if (target === undefined) throw corruptDeb(`${path} is a hard link out of the package`);
      return { path, type: 'hardlink', mode, sizeBytes: 0, target };
    }
    default:
      throw corruptDeb(`${path} is a ${member.type ?? 'file of unknown type'}`);
  }
}

function collect(done: (bytes: Uint8Array) => void): TarDataSink {
  const pieces: Uint8Array[] = [];
  return {
    write(piece) {
      pieces.push(piece);
    },
    end() {
      done(joinChunks(pieces));
    },
  };
}
