import { isAbsolute } from 'node:path';
import * as v from 'valibot';
import type { Architecture } from '../../artifacts/architectures.js';
import { object, tryJson } from '../../json.js';
import { FLASH_FORMATS } from './firmware.js';
import type { Firmware, FirmwareFile } from './firmware.js';

/** The machine types of `src/machine/qemu/platform.ts`, as descriptors name them with their versions. */
const MACHINES: Readonly<Record<Architecture, string>> = {
  aarch64: 'virt-',
  x86_64: 'pc-q35-',
};

/** Firmware with one of these starts signed programs alone, or needs a machine of its own making. */
const UNSUITABLE_FEATURES = ['enrolled-keys', 'requires-smm', 'secure-boot'];

const FLASH_FILE = object({
  filename: v.pipe(v.string(), v.check(isAbsolute)),
  format: v.picklist(FLASH_FORMATS),
});

/** The parts of a descriptor that are used (QEMU documentation, docs/interop/firmware.json). */
const DESCRIPTOR = object({
  'interface-types': v.array(v.string()),
  targets: v.array(object({ architecture: v.string(), machines: v.array(v.string()) })),
  features: v.optional(v.array(v.string()), []),
  // Code and variables in flash of their own: the mode that is meant where none is named.
  mapping: object({
    device: v.literal('flash'),
    mode: v.optional(v.literal('split')),
    executable: FLASH_FILE,
    'nvram-template': FLASH_FILE,
  }),
});

/**
 * Reads one of QEMU's firmware descriptors: UEFI in flash, with a store of variables of its own, for one
 * of our machines, without Secure Boot.
 *
 * @returns the firmware, or undefined where the descriptor is for something else, or damaged
 */
export function firmwareOf(descriptor: string, arch: Architecture): Firmware | undefined {
  const read = tryJson(DESCRIPTOR, descriptor);
  if (!read) return undefined;
  const { targets, features, mapping } = read;
  const isForUs = targets.some(
    ({ architecture, machines }) =>
      architecture === arch && machines.some((name) => matches(name, arch)),
  );
  const isSuitable =
    read['interface-types'].includes('uefi') &&
    !features.some((feature) => UNSUITABLE_FEATURES.includes(feature));
  if (!isForUs || !isSuitable) return undefined;
  return { code: fileOf(mapping.executable), variables: fileOf(mapping['nvram-template']) };
}

/** Names are patterns, as in `pc-q35-*`. */
const matches = (machine: string, arch: Architecture): boolean =>
  machine.startsWith(MACHINES[arch]) || machine === '*';

const fileOf = ({ filename, format }: v.InferOutput<typeof FLASH_FILE>): FirmwareFile => ({
  path: filename,
  format,
});
