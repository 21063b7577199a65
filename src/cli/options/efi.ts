import type { Command } from 'commander';
import { efiSettingOption, efiSettings, TEMPLATE_OPTION } from './efi-settings.js';
import { hostOptions } from './machine.js';
import type { HostFlags } from './machine.js';
import type { EfiMachineOptions } from '../../machine/machine.js';
import type { EfiSettings } from '../../formats/llama2c/settings/settings.js';

/** Options of every command that starts the EFI machine. */
export interface EfiFlags
  extends HostFlags, Pick<EfiSettings, 'prompt' | 'template' | 'steps' | 'temp' | 'topP' | 'seed'> {
  firmware?: string | undefined;
  display?: true | undefined;
  screenshot?: string | undefined;
  timeout?: number | undefined;
}

/** What of the text only the EFI machine is told. */
export function addEfiTextOptions(command: Command): Command {
  return command.addOption(efiSettingOption(...TEMPLATE_OPTION));
}

export function addEfiOptions(command: Command): Command {
  return command
    .option('--display', "open a window with the firmware's screen, too")
    .option('--screenshot <file>', 'take a picture (PNG) of the screen at the end, and power off');
}

/** The flags as a machine takes them. */
export function efiMachineOptions(
  flags: EfiFlags,
): Omit<EfiMachineOptions, 'arch' | 'disk' | 'memoryBytes' | 'signal'> {
  return {
    ...hostOptions(flags),
    firmware: flags.firmware,
    window: flags.display ?? false,
    screenshot: flags.screenshot !== undefined,
  };
}

/** The flags as `llama2.cfg` takes them: what is not given is not said. */
export function efiRunSettings(flags: EfiFlags): EfiSettings {
  const oneShot: EfiSettings = { interactive: false, poweroff: true, answer: 'serial' };
  return { ...efiSettings(flags), ...(flags.prompt === undefined ? {} : oneShot) };
}
