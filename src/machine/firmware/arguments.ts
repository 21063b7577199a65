import type { AcceleratorName } from '../qemu/host-spec.js';
import { optionValue } from '../qemu/arguments.js';
import type { Firmware } from './firmware.js';

/** UEFI on aarch64 waits seconds at its boot menu unless it is told not to. */
const NO_BOOT_MENU = ['-boot', 'menu=on,splash-time=0'];

/**
 * QEMU's arguments for firmware: code and variables in flash. What the firmware writes into the latter goes to a private copy that QEMU
 * makes and drops (`snapshot=on`), so that each boot is a first one.
 *
 * Not with HVF: a write to flash is reported to end QEMU there. The code alone is then given as `-bios`,
 * as is one without variables; a qcow2 file can be nothing but flash.
 */
export function firmwareArguments(firmware: Firmware, accelerator: AcceleratorName): string[] {
  return [...flashArguments(firmware, accelerator), ...NO_BOOT_MENU];
}

function flashArguments({ code, variables }: Firmware, accelerator: AcceleratorName): string[] {
  if (!variables || (accelerator === 'hvf' && code.format === 'raw')) return ['-bios', code.path];
  const file = (path: string): string => `file.driver=file,file.filename=${optionValue(path)}`;
  return [
    '-drive',
    `if=pflash,unit=0,format=${code.format},readonly=on,${file(code.path)}`,
    '-drive',
    `if=pflash,unit=1,format=${variables.format},snapshot=on,${file(variables.path)}`,
  ];
}
