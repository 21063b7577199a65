import type { Architecture } from '../../artifacts/architectures.js';
import { consoleArguments, diskArguments, hostArguments } from '../qemu/arguments.js';
import { QMP_FILE_DESCRIPTOR } from '../qemu/qmp.js';
import type { EfiMachineSpec, EfiScreen } from './spec.js';
import { firmwareArguments } from '../firmware/arguments.js';

/**
 * Graphics that the firmware has a driver for. The ROM of a VGA card is for a BIOS; ramfb works with
 * KVM on aarch64, where the memory of a card is not coherent with what the guest's processor caches.
 */
const GRAPHICS: Readonly<Record<Architecture, string>> = {
  aarch64: 'ramfb',
  x86_64: 'VGA,romfile=',
};

/** What a window's keys reach the guest through: the PC has a keyboard of its own. */
const KEYBOARD: Readonly<Record<Architecture, readonly string[]>> = {
  aarch64: ['-device', 'qemu-xhci', '-device', 'usb-kbd'],
  x86_64: [],
};

/**
 * The guest's powering off stops the machine, but does not end it: its screen can still be looked at.
 * What ends it is QMP's `quit`.
 */
const CONTROL = [
  ['-chardev', `socket,id=control,fd=${QMP_FILE_DESCRIPTOR}`],
  ['-mon', 'chardev=control,mode=control'],
  ['-no-shutdown'],
].flat();

/** QEMU's arguments for a machine that boots a UEFI application; see {@link hostArguments}. */
export function efiArguments(spec: EfiMachineSpec): string[] {
  const { arch, firmware, screen, debugLog } = spec;
  return [
    ...hostArguments(spec, screen.on === 'window' ? screen.display : undefined),
    ...firmwareArguments(firmware, spec.accel.name),
    ...consoleArguments(spec.console),
    ...screenArguments(screen, arch),
    ...(spec.isControlled ? CONTROL : []),
    ...diskArguments(spec.disk),
    ...(debugLog === undefined ? [] : ['-d', 'guest_errors', '-D', debugLog]),
  ];
}

function screenArguments(screen: EfiScreen, arch: Architecture): string[] {
  if (screen.on === 'nothing') return [];
  return ['-device', GRAPHICS[arch], ...(screen.on === 'window' ? KEYBOARD[arch] : [])];
}
