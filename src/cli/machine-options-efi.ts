import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { hostOptions } from './machine-options.js';
import type { HostFlags } from './machine-options.js';
import { numberAtLeast } from './options.js';
import type { EfiMachineOptions } from '../machine/machine.js';
import type { EfiSettings } from '../recipes/efi/settings.js';

/** Options of every command that starts the EFI machine. */
export interface EfiFlags extends HostFlags {
  firmware?: string;
  display?: true;
  screenshot?: string;
  prompt?: string;
  temp?: number;
  topP?: number;
  seed?: bigint;
  timeout?: number;
}

export function addEfiOptions(command: Command): Command {
  return command
    .option('--top-p <p>', 'consider the likeliest tokens up to this sum, 0 to 1', numberAtLeast(0))
    .option('--seed <n>', 'seed of sampling, up to 64 bits; from the clock unless given', seedValue)
    .option('--firmware <file>', 'other UEFI firmware: CODE, or CODE,VARS')
    .option('--display', "open a window with the firmware's screen, too")
    .option('--screenshot <file>', 'take a picture (PNG) of the screen at the end, and power off');
}

/** The flags as the machine room takes them. */
export function efiMachineOptions(
  flags: EfiFlags,
): Omit<EfiMachineOptions, 'arch' | 'disk' | 'memoryBytes' | 'signal'> {
  return {
    ...hostOptions(flags),
    ...(flags.firmware === undefined ? {} : { firmware: flags.firmware }),
    window: flags.display ?? false,
    screenshot: flags.screenshot !== undefined,
  };
}

/** The flags as `llama2.cfg` takes them: what is not given is not said. */
export function efiSettings(
  { prompt, temp, topP, seed }: EfiFlags,
  steps: number | undefined,
): EfiSettings {
  return {
    ...(prompt === undefined
      ? {}
      : { prompt, interactive: false, poweroff: true, answer: 'serial' as const }),
    ...(steps === undefined ? {} : { steps }),
    ...(temp === undefined ? {} : { temp }),
    ...(topP === undefined ? {} : { topP }),
    ...(seed === undefined ? {} : { seed }),
  };
}

function seedValue(text: string): bigint {
  if (/^\d{1,20}$/.test(text)) return BigInt(text);
  throw new InvalidArgumentError('Give a whole number of up to 64 bits.');
}
