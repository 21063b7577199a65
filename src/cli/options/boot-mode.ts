import { Option } from 'commander';
import type { Command } from 'commander';
import type { LinuxFlags } from './linux.js';
import { TEXT_FLAGS } from './text.js';
import type { BootMode } from '../../machine/machine.js';

export interface BootModeFlags extends LinuxFlags, Partial<Record<BootMode, true>> {}

const MODES: Readonly<Record<BootMode, string>> = {
  ci: 'boot, and power off',
  diag: 'say what the guest has and finds, and power off',
  selftest: 'see whether llama.cpp runs in the guest, and power off',
};
const NAMES = Object.keys(MODES) as BootMode[];

/** What has no part in a boot that nobody talks to. */
const OF_A_TEXT = ['prompt', 'tokens', 'temp', 'seed', ...TEXT_FLAGS];

export function addBootModeOptions(command: Command): void {
  command.optionsGroup('Instead of a prompt; the exit status is 0 when all is well:');
  for (const name of NAMES) {
    const others = NAMES.filter((other) => other !== name);
    command.addOption(new Option(`--${name}`, MODES[name]).conflicts([...others, ...OF_A_TEXT]));
  }
  command.addOption(
    new Option('--json', 'with --diag or --prompt: print it as JSON').conflicts('dryRun'),
  );
}

export function chosenBootMode(flags: BootModeFlags): BootMode | undefined {
  return NAMES.find((mode) => flags[mode]);
}
