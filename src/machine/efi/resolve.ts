import type { Architecture } from '../../artifacts/architectures.js';
import { ZosiaError } from '../../errors.js';
import type { HostFolders } from '../../host/host-folders.js';
import { findWindow } from '../qemu/display.js';
import type { MachineDisk } from '../qemu/host-spec.js';
import { describeDisk } from '../qemu/machine-files.js';
import {
  defaultCpus,
  fittingRamMiB,
  hostChoices,
  resolveHost,
  sessionConsole,
} from '../resolve-host.js';
import type { HostOptions } from '../resolve-host.js';
import { chosenFirmware } from '../firmware/choose.js';
import type { EfiMachineSpec, EfiScreen } from './spec.js';
import { requirePngScreenshots } from './screenshot.js';
import { MIB } from '../../image/units.js';
import { option, wording } from '../../wording.js';

/** What a user may say about a machine that boots a UEFI application. */
export interface EfiMachineOptions extends HostOptions {
  /** A path; or what a real run makes first, which need not be there yet. */
  readonly disk: string | MachineDisk;
  /** As `namedFirmware` reads it. */
  readonly firmware?: string | undefined;
  /** What the application needs for its model. Unless the RAM is given, it follows from this. */
  readonly memoryBytes?: number | undefined;
  /** Opens a window with the firmware's screen. */
  readonly window?: boolean | undefined;
  /** Whether a picture is to be taken of the screen. */
  readonly screenshot?: boolean | undefined;
  readonly debugLog?: string | undefined;
}

/** What the original report's machine has. */
const LEAST_RAM_MIB = 512;
/** What firmware and its drivers take. */
const FIRMWARE_MIB = 128;
const STEP_MIB = 64;

/**
 * With this the firmware comes up and starts the application; tried in steps of 8 MiB. With a step less, that of aarch64
 * ends in an exception, and that of x86_64 finds nothing to start, and either then waits (EDK II of Debian 12, QEMU 7.2).
 */
const LEAST_FIRMWARE_MIB: Readonly<Record<Architecture, number>> = { aarch64: 128, x86_64: 56 };

const DISK = { what: 'EFI disk', option: 'disk', builtBy: 'zosia image efi' };

/**
 * Decides everything about a machine that boots a UEFI application.
 *
 * @throws ZosiaError `ZOSIA_BAD_OPTION`, `ZOSIA_FILE_NOT_FOUND`, `ZOSIA_FIRMWARE_NOT_FOUND`,
 *   `ZOSIA_FIRMWARE_UNSUITABLE`, `ZOSIA_FIRMWARE_WRONG_SIZE`, `ZOSIA_MODEL_TOO_LARGE_FOR_HOST`, `ZOSIA_NO_DISPLAY`,
 *   `ZOSIA_QEMU_TOO_OLD`, `ZOSIA_RAM_TOO_SMALL`, and those of `findQemu`, `qemuFacts` and `resolveAccelerator`
 */
export async function resolveEfiMachine(
  options: EfiMachineOptions,
  folders: HostFolders,
): Promise<EfiMachineSpec> {
  const { arch, memoryBytes, screenshot = false, debugLog } = options;
  const choices = hostChoices(options);
  const tight = firmwareShortage(arch, choices.ramMiB, options.firmware !== undefined);
  const disk =
    typeof options.disk === 'string' ? await describeDisk(options.disk, DISK) : options.disk;
  const firmware = await chosenFirmware(arch, options.firmware, folders);
  const ramMiB =
    choices.ramMiB ??
    (memoryBytes === undefined ? LEAST_RAM_MIB : await fittingRamMiB(efiRamMiB(memoryBytes)));
  const size = { ramMiB, cpus: choices.cpus ?? (await defaultCpus()), notes: tight };
  const { spec, facts } = await resolveHost(choices, size, folders, {
    startsFirmware: true,
    signal: options.signal,
  });
  if (screenshot) requirePngScreenshots(facts.version);
  const screen: EfiScreen = options.window
    ? { on: 'window', display: await findWindow(spec.qemu) }
    : { on: screenshot ? 'memory' : 'nothing' };
  return {
    ...spec,
    firmware,
    disk,
    screen,
    console: sessionConsole(options.serial),
    isControlled: screenshot,
    debugLog,
  };
}

/** RAM for an application that needs this much for its model, in whole 64 MiB and at least 512. */
export function efiRamMiB(memoryBytes: number): number {
  const neededMiB = memoryBytes / MIB + FIRMWARE_MIB;
  return Math.max(LEAST_RAM_MIB, Math.ceil(neededMiB / STEP_MIB) * STEP_MIB);
}

/**
 * Refuses memory in which the firmware does not come up: the machine would wait without a word. Firmware that was named
 * may get by with less, so of that it only warns. What a model needs of memory that was asked for is left to the
 * application, which says so.
 *
 * @returns what a user should know
 */
function firmwareShortage(
  arch: Architecture,
  ramMiB: number | undefined,
  isNamed: boolean,
): string[] {
  const leastMiB = LEAST_FIRMWARE_MIB[arch];
  if (ramMiB === undefined || ramMiB >= leastMiB) return [];
  const message = `UEFI firmware needs ${leastMiB} MiB of memory without any model, and the machine has ${ramMiB} MiB`;
  if (isNamed) return [`${message}: it may not come up`];
  throw new ZosiaError('ZOSIA_RAM_TOO_SMALL', message, {
    hint: wording`Use ${option('ramMiB', leastMiB)} or more, or leave it out.`,
  });
}
