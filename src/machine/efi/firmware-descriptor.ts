import { isAbsolute } from 'node:path';
import type { Architecture } from '../../artifacts/architectures.js';
import { FLASH_FORMATS } from './firmware.js';
import type { Firmware, FirmwareFile } from './firmware.js';

/** The machine types of `src/machine/qemu/platform.ts`, as descriptors name them with their versions. */
const MACHINES: Readonly<Record<Architecture, string>> = {
  aarch64: 'virt-',
  x86_64: 'pc-q35-',
};

/** Firmware with one of these starts signed programs alone, or needs a machine of its own making. */
const UNSUITABLE_FEATURES = ['enrolled-keys', 'requires-smm', 'secure-boot'];

/**
 * Reads one of QEMU's firmware descriptors (QEMU documentation, docs/interop/firmware.json): UEFI in
 * flash, with a store of variables of its own, for one of our machines, without Secure Boot.
 *
 * @returns the firmware, or undefined where the descriptor is for something else, or damaged
 */
export function firmwareOf(descriptor: string, arch: Architecture): Firmware | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(descriptor);
  } catch {
    return undefined;
  }
  const root = fieldsOf(parsed);
  const isForUs = listOf(root.targets).some((target) => {
    const { architecture, machines } = fieldsOf(target);
    return architecture === arch && textsOf(machines).some((name) => matches(name, arch));
  });
  const isSuitable =
    textsOf(root['interface-types']).includes('uefi') &&
    !textsOf(root.features).some((feature) => UNSUITABLE_FEATURES.includes(feature));
  return isForUs && isSuitable ? splitFlash(fieldsOf(root.mapping)) : undefined;
}

/** Names are patterns, as in `pc-q35-*`. */
const matches = (machine: string, arch: Architecture): boolean =>
  machine.startsWith(MACHINES[arch]) || machine === '*';

/** Code and variables in flash of their own: the mode that is meant where none is named. */
function splitFlash(mapping: Fields): Firmware | undefined {
  const { device, mode = 'split' } = mapping;
  if (device !== 'flash' || mode !== 'split') return undefined;
  const code = fileOf(mapping.executable);
  const variables = fileOf(mapping['nvram-template']);
  return code && variables && { code, variables };
}

function fileOf(value: unknown): FirmwareFile | undefined {
  const { filename, format } = fieldsOf(value);
  const known = FLASH_FORMATS.find((name) => name === format);
  if (typeof filename !== 'string' || !isAbsolute(filename) || !known) return undefined;
  return { path: filename, format: known };
}

type Fields = Readonly<Record<string, unknown>>;

const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null ? (value as Fields) : {};

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

const textsOf = (value: unknown): string[] =>
  listOf(value).filter((item) => typeof item === 'string');
