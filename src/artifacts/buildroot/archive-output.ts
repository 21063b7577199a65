import { createHash } from 'node:crypto';
import { writeSync } from 'node:fs';
import { escapeName } from '../../formats/escaped-name.js';
import { memberPath } from '../../formats/member-path.js';
import { corruptTar, readTar } from '../../formats/tar/open.js';
import { NO_SPARSE_HINT } from '../../formats/tar/tree.js';
import type { TarDataSink, TarMember } from '../../formats/tar/visit.js';
import { accessFile } from '../../host/access-file.js';
import { writeOutputFile } from '../../host/output-file.js';
import { GIB } from '../../image/units.js';
import type { FoundFile, PinnedFile } from './found-file.js';
import { isOutputName, tooMany } from './names.js';
import type { Candidate } from './names.js';

/** A whole output, with what its host folder has. */
const MAX_ARCHIVE_BYTES = 64 * GIB;
/** A whole output has a tenth of them, with the sources that it was built of. */
const MAX_MEMBERS = 4_000_000;
/** Many times what Buildroot can be told to make of a kernel and a root file system. */
const MAX_FOUND = 256;

/**
 * What a tar archive has under the names that Buildroot gives. Nothing is unpacked but what is copied,
 * wherever the other members would go; of two with one path the later counts, as for tar.
 *
 * @param origin what messages call the archive
 * @throws ZosiaError as `readTar`, `ZOSIA_BUILDROOT_AMBIGUOUS` for more than any output has
 */
export async function findInArchive(
  archive: string,
  origin: string,
  signal?: AbortSignal,
): Promise<FoundFile[]> {
  const found = new Map<string, FoundFile>();
  await readArchive(archive, signal, (member, index) => {
    if (index >= MAX_MEMBERS) throw corruptTar(`more than ${MAX_MEMBERS} members`);
    const candidate = outputPath(member.name);
    if (!candidate) return undefined;
    if (found.size >= MAX_FOUND && !found.has(candidate.path)) {
      throw tooMany(origin, [...found.values()]);
    }
    const { name } = candidate;
    const { sizeBytes } = member;
    found.set(candidate.path, {
      ...candidate,
      sizeBytes,
      ...problemOf(member),
      copy: (to, stop) => copyMember(archive, index, { name, sizeBytes, to, signal: stop }),
    });
    return undefined;
  });
  return [...found.values()];
}

function problemOf({ type }: TarMember): Pick<FoundFile, 'problem' | 'hint'> {
  if (type === 'file') return { problem: undefined };
  if (type === 'sparse') return { problem: 'was stored without its holes', hint: NO_SPARSE_HINT };
  return { problem: 'is no regular file' };
}

/** @param index which member it is, from 0 */
function copyMember(
  archive: string,
  index: number,
  wanted: Omit<PinnedFile, 'sha256'> & { to: string; signal: AbortSignal | undefined },
): Promise<PinnedFile> {
  const { name, sizeBytes, to, signal } = wanted;
  return writeOutputFile(
    to,
    async (output) => {
      const hash = createHash('sha256');
      const sink: TarDataSink = {
        write(piece) {
          hash.update(piece);
          for (let done = 0; done < piece.length;) done += writeSync(output.fd, piece, done);
        },
        end: () => undefined,
      };
      await readArchive(archive, signal, (_, at) => (at === index ? sink : undefined));
      return { name, sizeBytes, sha256: hash.digest('hex') };
    },
    { signal },
  );
}

async function readArchive(
  path: string,
  signal: AbortSignal | undefined,
  visit: (member: TarMember, index: number) => TarDataSink | undefined,
): Promise<void> {
  const source = await accessFile(path);
  let index = 0;
  try {
    const limits = { maxBytes: MAX_ARCHIVE_BYTES, signal };
    await readTar(source, (member) => visit(member, index++), limits);
  } finally {
    await source.close();
  }
}

/** Whether a member of this name may be a kernel or root file system of Buildroot's. */
export const isOutputPath = (stored: string): boolean => outputPath(stored) !== undefined;

/** A member that may be taken: with or without one folder before it all. */
function outputPath(stored: string): Candidate | undefined {
  const path = memberPath(stored);
  const [, name] = /^(?:\/[^/]+)?(?:\/images)?\/([^/]+)$/.exec(path ?? '') ?? [];
  if (name === undefined || !isOutputName(name)) return undefined;
  return { path: escapeName(new TextEncoder().encode(path!.slice(1))), name };
}
