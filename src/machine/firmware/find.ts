import { readFile, readdir, realpath } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { ZosiaError } from '../../errors.js';
import { option, wording } from '../../wording.js';
import { isFile } from '../../host/host-file.js';
import type { Architecture } from '../../artifacts/architectures.js';
import { firmwareOf } from './descriptor.js';
import { INSTALLED_FIRMWARE } from './table.js';
import type { Firmware, FirmwareFile } from './firmware.js';

/** All that is asked of a host when firmware is looked for. */
export interface FirmwareHost {
  isFile(path: string): Promise<boolean>;
  /** The text of a file, or an empty one if it cannot be read. */
  readText(path: string): Promise<string>;
  /** The names in a folder, or none if it cannot be read. */
  list(path: string): Promise<string[]>;
}

const FIRMWARE_OF_THIS_HOST: FirmwareHost = {
  isFile,
  readText: (path) => readFile(path, 'utf8').catch(() => ''),
  list: (path) => readdir(path).catch(() => []),
};

export interface FirmwareSearch {
  readonly arch: Architecture;
  /** Where software is installed, `/usr` for example, the most trusted first. */
  readonly prefixes: readonly string[];
  /** Where the user's settings lie. */
  readonly configDirectory: string | undefined;
}

/** Where software is installed that QEMU's own prefix does not have: Homebrew's folders come last. */
const PREFIXES = ['/usr', '/opt/homebrew', '/usr/local', '/home/linuxbrew/.linuxbrew'];

/** The prefixes to look in: those of QEMU first, as it is called and as it is installed. */
export async function firmwarePrefixes(qemuPath: string | undefined): Promise<string[]> {
  if (qemuPath === undefined) return PREFIXES;
  const installed = await realpath(qemuPath).catch(() => qemuPath);
  const ofQemu = [qemuPath, installed].map((program) => dirname(dirname(program)));
  return [...new Set([...ofQemu, ...PREFIXES])];
}

/**
 * Finds UEFI firmware that starts unsigned programs: by QEMU's firmware descriptors, or else where
 * systems are known to have it.
 */
export async function findFirmware(
  search: FirmwareSearch,
  host: FirmwareHost = FIRMWARE_OF_THIS_HOST,
): Promise<Firmware | undefined> {
  for await (const firmware of candidates(search, host)) {
    const files = [firmware.code, ...(firmware.variables ? [firmware.variables] : [])];
    const found = await Promise.all(files.map(({ path }) => host.isFile(path)));
    if (found.every(Boolean)) return firmware;
  }
  return undefined;
}

/**
 * The firmware that a user names: `CODE,VARS`, or one file, to which the variables that belong to it are
 * found if the system knows them.
 *
 * @throws ZosiaError `ZOSIA_FIRMWARE_NOT_FOUND`
 */
export async function namedFirmware(
  text: string,
  search: FirmwareSearch,
  host: FirmwareHost = FIRMWARE_OF_THIS_HOST,
): Promise<Firmware> {
  if (await host.isFile(text)) {
    const code = resolve(text);
    for await (const firmware of candidates(search, host)) {
      const { variables } = firmware;
      if (firmware.code.path === code && variables && (await host.isFile(variables.path))) {
        return firmware;
      }
    }
    return { code: flashFile(code) };
  }
  const comma = text.lastIndexOf(',');
  const paths = comma === -1 ? [text] : [text.slice(0, comma), text.slice(comma + 1)];
  for (const path of paths) {
    if (await host.isFile(path)) continue;
    throw new ZosiaError('ZOSIA_FIRMWARE_NOT_FOUND', `there is no firmware at ${path}`, {
      hint: 'Give the file of the code, or CODE,VARS: with the file its variables start from.',
    });
  }
  const [code, variables] = paths.map((path) => flashFile(resolve(path)));
  return { code: code!, variables: variables! };
}

/** @throws ZosiaError `ZOSIA_FIRMWARE_NOT_FOUND` */
export function firmwareMissing(arch: Architecture): ZosiaError {
  return new ZosiaError('ZOSIA_FIRMWARE_NOT_FOUND', `there is no UEFI firmware for ${arch}`, {
    hint: wording`Install it with: zosia doctor --install --for efi --arch ${arch}, or name it with ${option('firmware')}.`,
  });
}

const flashFile = (path: string): FirmwareFile => ({
  path,
  format: path.endsWith('.qcow2') ? 'qcow2' : 'raw',
});

async function* candidates(
  { arch, prefixes, configDirectory }: FirmwareSearch,
  host: FirmwareHost,
): AsyncGenerator<Firmware> {
  for (const path of await descriptorPaths(prefixes, configDirectory, host)) {
    const firmware = firmwareOf(await host.readText(path), arch);
    if (firmware) yield firmware;
  }
  for (const installed of INSTALLED_FIRMWARE) {
    if (installed.arch !== arch) continue;
    for (const prefix of prefixes) {
      yield {
        code: flashFile(join(prefix, installed.code)),
        variables: flashFile(join(prefix, installed.variables)),
      };
    }
  }
}

/**
 * Descriptors in the order of their names; one of a user or an administrator stands for those of the
 * same name further down (QEMU documentation, docs/interop/firmware.json).
 */
async function descriptorPaths(
  prefixes: readonly string[],
  config: string | undefined,
  host: FirmwareHost,
): Promise<string[]> {
  const folders = [
    ...(config === undefined ? [] : [join(config, 'qemu/firmware')]),
    '/etc/qemu/firmware',
    ...prefixes.map((prefix) => join(prefix, 'share/qemu/firmware')),
  ];
  const byName = new Map<string, string>();
  for (const folder of folders) {
    for (const name of await host.list(folder)) {
      if (name.endsWith('.json') && !byName.has(name)) byName.set(name, join(folder, name));
    }
  }
  return [...byName.keys()].sort().map((name) => byName.get(name)!);
}
