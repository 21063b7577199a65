import type { Command } from 'commander';
import { archOption, wholeNumber } from './values.js';
import { ZosiaError } from '../../errors.js';
import type { Architecture } from '../../artifacts/architectures.js';
import type { HostOptions } from '../../machine/machine.js';

/** Options of every command that starts a machine. */
export interface HostFlags {
  arch?: Architecture | undefined;
  ram?: number | undefined;
  smp?: number | undefined;
  accel?: string | undefined;
  cpu?: string | undefined;
  dryRun?: true | undefined;
}

/**
 * Adds the options. A variable in parentheses is one of the original scripts: it holds where the option
 * is not given.
 */
export function addHostOptions(command: Command): Command {
  return command
    .optionsGroup('The machine:')
    .addOption(archOption())
    .option('--ram <MiB>', 'memory; follows from the model unless given (RAM_MB)', wholeNumber(1))
    .option('--smp <n>', "processors; the host's, up to 8, unless given (SMP)", wholeNumber(1))
    .option('--accel <name>', 'auto, hvf, kvm or tcg (QEMU_ACCEL)')
    .option('--cpu <model>', "QEMU's CPU model; chosen by accelerator unless given (QEMU_CPU)")
    .option('--dry-run', "print QEMU's command for this machine instead of running it");
}

/** The flags as the machine room takes them. */
export function hostOptions(flags: HostFlags): Omit<HostOptions, 'arch' | 'signal'> {
  return {
    ramMiB: flags.ram,
    cpus: flags.smp,
    accel: flags.accel,
    cpuModel: flags.cpu,
  };
}

/**
 * Refuses an option that says something about others, of which none is given.
 *
 * @throws CommanderError
 */
export function requireOneOf(command: Command, option: string, others: readonly string[]): void {
  const isGiven = (long: string): boolean => {
    const found = command.options.find((each) => each.long === long);
    return found !== undefined && command.getOptionValue(found.attributeName()) !== undefined;
  };
  if (!isGiven(option) || others.some(isGiven)) return;
  command.error(`error: option '${option}' is for ${others.join(' or ')}, which is not given`);
}

/** Processors that were asked for, by option or variable. @throws ZosiaError `ZOSIA_BAD_OPTION` */
export function askedCpus({ smp }: Pick<HostFlags, 'smp'>): number | undefined {
  const text = process.env.SMP ?? '';
  if (smp !== undefined || text === '') return smp;
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
  throw new ZosiaError('ZOSIA_BAD_OPTION', `SMP cannot be ${text}`, {
    hint: 'Give a number of processors, as in SMP=2.',
  });
}
