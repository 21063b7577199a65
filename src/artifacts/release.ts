import { parseStanzas } from './deb822.js';

/** A file that a Release file vouches for. */
export interface IndexedFile {
  readonly sizeBytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
}

/** What a Release file says of a suite (Debian wiki, DebianRepository/Format); what it lacks is empty. */
export interface Release {
  readonly origin: string;
  readonly label: string;
  readonly codename: string;
  /** As it is written: `Sat, 11 Jul 2026 10:16:37 UTC`. */
  readonly date: string;
  /** Until when it is the current one, as `date`; suites that hardly change have none. */
  readonly validUntil: string;
  /** Whether files can be had by their digests, too, which an update of the archive does not take away at once. */
  readonly hasFilesByHash: boolean;
  /** By path, from the suite's folder: `main/binary-arm64/Packages.xz`. */
  readonly files: ReadonlyMap<string, IndexedFile>;
}

/** Reads a Release file, also one that is still within its signature. */
export function parseRelease(text: string): Release {
  const stanza = parseStanzas(text).find((fields) => fields.has('origin') || fields.has('date'));
  const field = (name: string): string => stanza?.get(name) ?? '';
  return {
    origin: field('origin'),
    label: field('label'),
    codename: field('codename'),
    date: field('date'),
    validUntil: field('valid-until'),
    hasFilesByHash: field('acquire-by-hash') === 'yes',
    files: new Map(filesIn(field('sha256'))),
  };
}

/** Lines of `DIGEST SIZE PATH`. */
function filesIn(field: string): [string, IndexedFile][] {
  return field.split('\n').flatMap((line) => {
    const match = /^([0-9a-f]{64}) +(\d{1,15}) +(\S+)$/.exec(line);
    if (!match) return [];
    const [, sha256, size, path] = match;
    return [[path!, { sizeBytes: Number(size), sha256: sha256! }]];
  });
}
