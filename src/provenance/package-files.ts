import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { ZosiaError } from '../errors.js';
import { readDeb } from '../formats/deb/deb.js';
import type { DebEntry } from '../formats/deb/deb.js';
import { readElf } from '../formats/elf/elf.js';
import { withInterpreter } from '../formats/elf/interpreter.js';
import type { TarDataSink } from '../formats/tar/visit.js';
import { digestBytes } from '../host/digest.js';
import { mergeUsr } from '../recipes/file-tree.js';
import { OWN_LOADER } from '../recipes/own-loader.js';
import { readKernelPackage } from '../recipes/kernel-package.js';
import type { NamedPackage } from './package-sources.js';

/** A file that an image may have from somewhere. */
export interface OriginFile {
  /** Whose it is: a package with its version, or what else messages call it. */
  readonly origin: string;
  readonly sha256: string;
}

/** What may be in an initramfs, by its path there. */
export interface Origins {
  readonly files: Map<string, OriginFile>;
  readonly symlinks: Map<string, { readonly origin: string; readonly target: string }>;
  /** The kernel's modules, in the order in which they are loaded. */
  readonly modules: string[];
}

/**
 * The files and links of packages, each by its digest alone: none is kept.
 *
 * @param isLayered whether the initramfs lies over a base, where programs have a loader of their own
 * @throws ZosiaError as `readDeb` and `readKernelPackage`
 */
export async function originsOf(
  packages: readonly NamedPackage[],
  isLayered: boolean,
): Promise<Origins> {
  const origins: Origins = { files: new Map(), symlinks: new Map(), modules: [] };
  for (const { name, version, locked, path } of packages) {
    if (path === undefined) continue;
    const origin = `${name} ${version}`;
    if (locked?.component === 'kernel' || name.startsWith('linux-image-')) {
      const { modules } = await readKernelPackage(path);
      for (const module of modules) {
        origins.modules.push(module.path);
        origins.files.set(module.path, { origin, sha256: digestBytes(module.bytes) });
      }
      continue;
    }
    // With a loader of their own, programs are not as their package has them: these are read whole.
    const extract = isLayered
      ? undefined
      : (entry: DebEntry) => hashing(origins, origin, entry.path);
    const source = await readFile(path);
    for await (const entry of readDeb(source, { extract })) {
      const at = mergeUsr(entry.path);
      if (entry.type === 'symlink' && entry.target !== undefined) {
        origins.symlinks.set(at, { origin, target: entry.target });
      } else if (entry.bytes) {
        origins.files.set(at, { origin, sha256: digestBytes(withOwnInterpreter(entry.bytes)) });
      }
    }
  }
  return origins;
}

/** Takes the digest of a file as it is unpacked. */
function hashing({ files }: Origins, origin: string, path: string): TarDataSink {
  const hash = createHash('sha256');
  return {
    write: (piece) => void hash.update(piece),
    end: () => void files.set(mergeUsr(path), { origin, sha256: hash.digest('hex') }),
  };
}

/** A file as `withOwnLoader` changes it: programs find their loader at another path. */
function withOwnInterpreter(bytes: Uint8Array): Uint8Array {
  try {
    return readElf(bytes).interpreter === undefined ? bytes : withInterpreter(bytes, OWN_LOADER);
  } catch (error) {
    // No program, or one that could not be in an initramfs like this.
    if (error instanceof ZosiaError) return bytes;
    throw error;
  }
}
