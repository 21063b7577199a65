import { Option } from 'commander';
import type { Command } from 'commander';
import { archOption, wholeNumber } from './values.js';
import { isOnCommandLine, variableOption } from '../variable-option.js';
import type { Architecture } from '../../artifacts/architectures.js';
import type { HostOptions } from '../../machine/machine.js';

/** Options of every command that starts a machine. */
export interface HostFlags {
  arch?: Architecture | undefined;
  ram?: number | undefined;
  smp?: number | undefined;
  accel?: string | undefined;
  cpu?: string | undefined;
  serial?: string | undefined;
  dryRun?: true | undefined;
}

export function addHostOptions(command: Command): Command {
  return command
    .optionsGroup('The machine:')
    .addOption(archOption())
    .addOption(
      variableOption(
        '--ram <MiB>',
        'memory; follows from the model unless given',
        'RAM_MB',
        wholeNumber(1),
      ),
    )
    .addOption(
      variableOption(
        '--smp <n>',
        "processors; the host's, up to 8, unless given",
        'SMP',
        wholeNumber(1),
      ),
    )
    .addOption(variableOption('--accel <name>', 'auto, hvf, kvm or tcg', 'QEMU_ACCEL'))
    .addOption(
      variableOption(
        '--cpu <model>',
        "QEMU's CPU model; chosen by accelerator unless given",
        'QEMU_CPU',
      ),
    )
    .option('--dry-run', "print QEMU's command for this machine instead of running it");
}

export const firmwareOption = (): Option =>
  new Option('--firmware <file>', 'other UEFI firmware: CODE, or CODE,VARS');

/** Where the console goes, of a machine that one may talk to. */
export const serialOption = (): Option =>
  variableOption(
    '--serial <backend>',
    "where the guest's console goes instead of this terminal, as QEMU's -serial takes it",
    'QEMU_SERIAL',
  );

/** The flags as a machine takes them. */
export function hostOptions(flags: HostFlags): Omit<HostOptions, 'arch' | 'signal'> {
  const { ram: ramMiB, smp: cpus, accel, cpu: cpuModel, serial, dryRun } = flags;
  return { ramMiB, cpus, accel, cpuModel, serial, dryRun };
}

/**
 * Refuses an option that says something about others, of which none is given. Its variable is only of no
 * use then.
 *
 * @throws CommanderError
 */
export function requireOneOf(command: Command, option: string, others: readonly string[]): void {
  const attributeOf = (long: string): string | undefined =>
    command.options.find((each) => each.long === long)?.attributeName();
  const given = attributeOf(option);
  if (given === undefined || !isOnCommandLine(command, given)) return;
  const isSet = (long: string): boolean => {
    const attribute = attributeOf(long);
    return attribute !== undefined && command.getOptionValue(attribute) !== undefined;
  };
  if (others.some(isSet)) return;
  command.error(`error: option '${option}' is for ${others.join(' or ')}, which is not given`);
}
