/** What the kernel says of one name. Paths, names and targets are "binary" strings: a character a byte. */
export interface KernelEntry {
  readonly path: string;
  /** The least of the paths that lead to the same inode. */
  readonly firstPath: string;
  /** The type that the directory tells: the upper four bits of a mode. */
  readonly directoryType: number;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly linkCount: number;
  readonly sizeBytes: number;
  /** Allocated sectors of 512 bytes. */
  readonly sectorCount: number;
  readonly major: number;
  readonly minor: number;
  /** Times as seconds and nanoseconds: "-1.999999999" is a nanosecond before 1970. */
  readonly mtime: string;
  readonly atime: string;
  readonly ctime: string;
  readonly crtime: string;
  /** Values in hexadecimal digits, or "!" and the errno of reading one. */
  readonly xattrs: Readonly<Record<string, string>>;
  /** Flags of the inode; for files and directories only, which can be opened. */
  readonly flags: number | undefined;
  readonly target: string | undefined;
  /** Where a file has data, each "OFFSET+LENGTH"; the rest is holes. */
  readonly runs: readonly string[];
  /** Digest of what content.h tells to read. */
  readonly sha256: string | undefined;
}

export interface Listing {
  /** The entries of each disk, or folder of the initramfs, in the order of the directories. */
  readonly disks: readonly (readonly KernelEntry[])[];
  /** System calls that failed. */
  readonly problems: readonly string[];
  readonly kernelLog: readonly string[];
}

/**
 * Reads what the listing guest has sent.
 *
 * @throws Error when the end is missing or a line is none of its lines
 */
export function parseListing(text: string): Listing {
  const lines = text.split('\n');
  if (lines.pop() !== '' || lines.pop() !== 'end') throw new Error('the listing has no end');
  const disks: KernelEntry[][] = [];
  const problems: string[] = [];
  let kernelLog: string[] = [];
  for (const line of lines) {
    const [kind, ...words] = line.split(' ');
    const fields = new Fields(words);
    if (kind === 'tree') {
      disks.push([]);
    } else if (kind === 'entry') {
      disks.at(-1)!.push(entryOf(fields));
    } else if (kind === 'problem') {
      const path = JSON.stringify(fields.bytes('path'));
      problems.push(`${line.replace(/ path=.*/, '')} path=${path}`);
    } else if (kind === 'log') {
      kernelLog = fields.bytes('text').trimEnd().split('\n');
    } else {
      throw new Error(`no line of a listing: ${line.slice(0, 100)}`);
    }
  }
  for (const entries of disks) nameInodes(entries);
  return { disks, problems, kernelLog };
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Until `nameInodes` has run, `firstPath` is the number of the inode. */
function entryOf(fields: Fields): KernelEntry {
  return {
    path: fields.bytes('path'),
    firstPath: fields.one('inode'),
    directoryType: fields.number('type'),
    mode: fields.number('mode'),
    uid: fields.number('uid'),
    gid: fields.number('gid'),
    linkCount: fields.number('links'),
    sizeBytes: fields.number('size'),
    sectorCount: fields.number('sectors'),
    major: fields.number('major'),
    minor: fields.number('minor'),
    mtime: fields.one('mtime'),
    atime: fields.one('atime'),
    ctime: fields.one('ctime'),
    crtime: fields.one('crtime'),
    xattrs: Object.fromEntries(
      fields
        .all('xattr')
        .map((xattr) => xattr.split(':'))
        .map(([name, value]) => [fromHex(name!), value!]),
    ),
    flags: fields.has('flags') ? fields.number('flags') : undefined,
    target: fields.has('target') ? fields.bytes('target') : undefined,
    runs: fields.all('run'),
    sha256: fields.has('sha256') ? fields.one('sha256') : undefined,
  };
}

function nameInodes(entries: Mutable<KernelEntry>[]): void {
  const firstPaths = new Map<string, string>();
  for (const { path, firstPath: inode } of entries) {
    const known = firstPaths.get(inode);
    if (known === undefined || path < known) firstPaths.set(inode, path);
  }
  for (const entry of entries) entry.firstPath = firstPaths.get(entry.firstPath)!;
}

class Fields {
  readonly #values = new Map<string, string[]>();

  constructor(words: readonly string[]) {
    for (const word of words) {
      const equals = word.indexOf('=');
      const name = word.slice(0, equals);
      const values = this.#values.get(name) ?? [];
      values.push(word.slice(equals + 1));
      this.#values.set(name, values);
    }
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  all(name: string): string[] {
    return this.#values.get(name) ?? [];
  }

  one(name: string): string {
    const values = this.all(name);
    if (values.length !== 1) throw new Error(`a line has ${values.length} fields ${name}`);
    return values[0]!;
  }

  number(name: string): number {
    const value = Number(this.one(name));
    if (!Number.isSafeInteger(value)) throw new Error(`${name} is no number: ${this.one(name)}`);
    return value;
  }

  bytes(name: string): string {
    return fromHex(this.one(name));
  }
}

function fromHex(digits: string): string {
  return Buffer.from(digits, 'hex').toString('latin1');
}
