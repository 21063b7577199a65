import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ZosiaError } from '../errors.js';
import type { Architecture } from '../artifacts/architectures.js';
import type { CpioEntry } from '../formats/cpio/writer.js';
import { readElf } from '../formats/elf/elf.js';
import type { ElfInfo } from '../formats/elf/elf.js';
import { accessFile } from '../host/access-file.js';
import { digestBytes } from '../host/digest.js';
import { MIB } from '../image/units.js';
import { LLAMA_PROGRAMS_RUN } from './llama-runtime.js';
import type { ManifestInput } from './manifest.js';
import { llamaBuildDir } from './places.js';
import type { GuestRole, Places } from './places.js';

/** Where the guest's llama.cpp comes from. */
export type LlamaChoice =
  | { readonly kind: 'packages' }
  /** What `zosia build llama` left in its place. */
  | { readonly kind: 'built' }
  /** A folder of programs, as `readLlamaFolder` takes it. */
  | { readonly kind: 'folder'; readonly path: string };

/** llama.cpp out of a folder, instead of Debian's packages. */
export interface LlamaFolder {
  readonly entries: readonly CpioEntry[];
  /** What of the folder is used. */
  readonly inputs: readonly ManifestInput[];
}

/** What was chosen, if it is a folder. @throws ZosiaError as {@link readLlamaFolder} */
export async function chosenLlamaFolder(
  choice: LlamaChoice | undefined,
  places: Places,
  arch: Architecture,
  role?: GuestRole,
): Promise<LlamaFolder | undefined> {
  if (choice === undefined || choice.kind === 'packages') return undefined;
  const path = choice.kind === 'built' ? llamaBuildDir(places, arch) : choice.path;
  return readLlamaFolder(path, arch, role);
}

/** Many times what any of them has. */
const MAX_FILE_BYTES = 1024 * MIB;

/** Backends that ggml finds by their names beside the program, with dlopen: nothing else names them. */
const BACKEND = /^libggml-[\w.-]+\.so$/;

/**
 * Takes the programs that the guest runs from a folder, or from `bin` in it. Static ones need nothing else.
 * Of others, the loader and the libraries are looked for beside them, in the folder, and in its `lib` and
 * `lib64`; so are backends of ggml that lie beside the programs.
 *
 * @throws ZosiaError `ZOSIA_LLAMA_FOLDER` for a folder without them, or with those of another architecture,
 *   `ZOSIA_LIBRARY_MISSING` naming all that is missing, `ZOSIA_ELF_INVALID` and those of `accessFile`
 */
export async function readLlamaFolder(
  folder: string,
  arch: Architecture,
  role: GuestRole = 'single',
): Promise<LlamaFolder> {
  const programs = LLAMA_PROGRAMS_RUN[role];
  const programFolder = await findPrograms(folder, programs);
  const folders = [programFolder, folder, join(folder, 'lib'), join(folder, 'lib64')];
  const files = new FolderFiles(arch, folders);
  for (const name of programs) {
    await files.add(`/usr/bin/${name}`, join(programFolder, name));
  }
  if (!files.isStatic) {
    const backends = (await readdir(programFolder)).filter((name) => BACKEND.test(name)).sort();
    for (const name of backends) {
      await files.add(`/usr/bin/${name}`, join(programFolder, name));
    }
  }
  return files.finish(folder);
}

async function findPrograms(folder: string, programs: readonly string[]): Promise<string> {
  const has = async (path: string): Promise<boolean> =>
    stat(path).then(
      (found) => found.isFile(),
      () => false,
    );
  for (const candidate of [join(folder, 'bin'), folder]) {
    const are = await Promise.all(programs.map((name) => has(join(candidate, name))));
    if (are.every(Boolean)) return candidate;
  }
  const [last, ...others] = [...programs].reverse();
  const lacking = others.length === 0 ? '' : `one of ${others.reverse().join(', ')} and `;
  throw badFolder(
    `${folder} lacks ${lacking}${last!}`,
    'Name a folder that has them all, or has a folder bin with them: zosia build llama makes one.',
  );
}

/** The files of the guest, as they are found to be needed. */
class FolderFiles {
  isStatic = true;
  readonly #arch: Architecture;
  readonly #folders: readonly string[];
  readonly #entries = new Map<string, CpioEntry>();
  readonly #inputs: ManifestInput[] = [];
  readonly #missing = new Set<string>();

  constructor(arch: Architecture, folders: readonly string[]) {
    this.#arch = arch;
    this.#folders = folders;
  }

  /** Adds a file of the host at a path of the guest, and what it needs. */
  async add(path: string, source: string): Promise<void> {
    if (this.#entries.has(path)) return;
    const bytes = await readProgram(source);
    const elf = readElf(bytes);
    this.#refuseOther(source, elf);
    this.#entries.set(path, { path, type: 'file', mode: 0o755, data: bytes });
    this.#inputs.push({ name: path, sha256: digestBytes(bytes) });
    const loader = elf.interpreter === undefined ? [] : [elf.interpreter];
    for (const needed of [...loader, ...elf.needed]) {
      this.isStatic = false;
      const name = basename(needed);
      const found = await this.#find(name);
      if (found === undefined) this.#missing.add(name);
      else await this.add(`/usr/lib/${name}`, found);
    }
  }

  /** @throws ZosiaError `ZOSIA_LIBRARY_MISSING` */
  finish(folder: string): LlamaFolder {
    if (this.#missing.size > 0) {
      throw new ZosiaError(
        'ZOSIA_LIBRARY_MISSING',
        `${folder} lacks what its programs need: ${[...this.#missing].join(', ')}`,
        {
          hint: 'Put these libraries beside the programs or in the folder lib, or link statically.',
        },
      );
    }
    const entries = [...this.#entries.values()];
    if (!this.isStatic) entries.push(...LIBRARY_LINKS);
    return { entries, inputs: this.#inputs };
  }

  async #find(name: string): Promise<string | undefined> {
    for (const folder of this.#folders) {
      const path = join(folder, name);
      const found = await stat(path).catch(() => undefined);
      if (found?.isFile()) return path;
    }
    return undefined;
  }

  #refuseOther(source: string, { machine, class: width }: ElfInfo): void {
    if (machine === this.#arch && width === 64) return;
    const other = typeof machine === 'number' ? `machine ${machine}` : machine;
    throw badFolder(
      `${source} is for ${other}, not for ${this.#arch}`,
      'Name a folder with programs for the guest, or start a guest of their architecture.',
    );
  }
}

/** Loaders look in /lib, /usr/lib, /lib64 or /usr/lib64, by who made them: all are one folder here. */
const LIBRARY_LINKS: readonly CpioEntry[] = [
  { path: '/lib', type: 'symlink', target: 'usr/lib' },
  { path: '/lib64', type: 'symlink', target: 'usr/lib' },
  { path: '/usr/lib64', type: 'symlink', target: 'lib' },
];

async function readProgram(path: string): Promise<Uint8Array> {
  const file = await accessFile(path);
  try {
    if (file.sizeBytes <= MAX_FILE_BYTES) return await file.read(0, file.sizeBytes);
  } finally {
    await file.close();
  }
  throw badFolder(`${path} has more than 1 GiB`, 'Strip it of its debugging information.');
}

function badFolder(message: string, hint: string): ZosiaError {
  return new ZosiaError('ZOSIA_LLAMA_FOLDER', message, { hint });
}
