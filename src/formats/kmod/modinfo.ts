import { decompressWhole, splitCompression } from '../compression/decompress.js';
import { readElfSection } from '../elf/elf.js';
import { normaliseModuleName, pathsByModuleName } from './module-name.js';
import { builtinModules, missingModule } from './modules-dep.js';
import type { LoadOrderOptions } from './modules-dep.js';

/** What a module says of itself. */
export interface Modinfo {
  /** Name as the kernel knows it; absent in modules of kernels before 4.13. */
  readonly name?: string | undefined;
  /** Names of the modules it takes symbols from. */
  readonly depends: readonly string[];
  /** The kernel it was built for: `6.1.0-50-cloud-arm64 SMP ...`. */
  readonly vermagic?: string | undefined;
  /** Every field with all its values, in the module's order. */
  readonly fields: ReadonlyMap<string, readonly string[]>;
}

const MODINFO_SECTION = '.modinfo';

/** No kernel module comes near this, even with debugging information. */
const MAX_MODULE_BYTES = 256 << 20;

/**
 * Reads a module's .modinfo section: `field=value` strings, each ended by NUL.
 *
 * @param bytes an uncompressed module
 * @throws ZosiaError `ZOSIA_ELF_INVALID`
 */
export function readModinfo(bytes: Uint8Array): Modinfo {
  const section = readElfSection(bytes, MODINFO_SECTION) ?? new Uint8Array(0);
  const fields = new Map<string, string[]>();
  for (const line of new TextDecoder().decode(section).split('\0')) {
    const equals = line.indexOf('=');
    if (equals < 0) continue;
    const name = line.slice(0, equals);
    const value = line.slice(equals + 1);
    const values = fields.get(name);
    if (values) values.push(value);
    else fields.set(name, [value]);
  }
  const name = fields.get('name')?.[0];
  const vermagic = fields.get('vermagic')?.[0];
  const depends = (fields.get('depends')?.[0] ?? '').split(',').filter((part) => part !== '');
  return {
    name,
    depends,
    vermagic,
    fields,
  };
}

/**
 * A module ready to load: unpacked when its name ends in .gz, .xz or .zst, else as it is.
 *
 * @throws ZosiaError `ZOSIA_GZIP_CORRUPT`, `ZOSIA_XZ_CORRUPT`, `ZOSIA_ZSTD_CORRUPT`,
 * `ZOSIA_DECOMPRESSED_TOO_LARGE`
 */
export async function decompressModule(path: string, bytes: Uint8Array): Promise<Uint8Array> {
  const { compression } = splitCompression(path);
  return decompressWhole(compression, bytes, { maxBytes: MAX_MODULE_BYTES });
}

/**
 * What depmod would find out, for kernels whose package leaves modules.dep to be made at installation
 * (Debian's do): the dependencies of the wanted modules and of those in turn. Only these modules are
 * unpacked and read.
 *
 * @param modules module files by path, compressed or not; other files are passed over
 * @throws ZosiaError `ZOSIA_KERNEL_MODULE_MISSING`, and as {@link readModinfo}, {@link decompressModule}
 */
export async function dependenciesFromModinfo(
  modules: ReadonlyMap<string, Uint8Array>,
  wanted: readonly string[],
  options: LoadOrderOptions = {},
): Promise<Map<string, string[]>> {
  const builtin = builtinModules(options.builtin ?? '');
  const pathOfName = pathsByModuleName(modules.keys());
  const find = (name: string): string | undefined => {
    const normalised = normaliseModuleName(name);
    const path = pathOfName.get(normalised);
    if (path === undefined && !builtin.has(normalised)) throw missingModule(name);
    return path;
  };

  const dependencies = new Map<string, string[]>();
  const pending = wanted.flatMap((name) => find(name) ?? []);
  for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
    if (dependencies.has(path)) continue;
    const { depends } = readModinfo(await decompressModule(path, modules.get(path)!));
    const direct = depends.flatMap((name) => find(name) ?? []);
    dependencies.set(path, direct);
    pending.push(...direct);
  }
  return dependencies;
}
