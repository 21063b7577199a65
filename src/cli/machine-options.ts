import type { Command } from 'commander';
import { archOption, numberAtLeast, timeoutSeconds, wholeNumber } from './options.js';
import type { MachineOptions, RunRequest } from '../machine/machine.js';

/** Options of every command that starts a machine. */
export interface MachineFlags {
  arch?: string;
  ram?: number;
  smp?: number;
  accel?: string;
  cpu?: string;
  append?: string;
  dryRun?: true;
  prompt?: string;
  tokens?: number;
  temp?: number;
  timeout?: number;
}

/**
 * Adds the options. A variable in parentheses is one of the original scripts: it holds where the option
 * is not given.
 */
export function addMachineOptions(command: Command): Command {
  return command
    .addOption(archOption())
    .option('--ram <MiB>', 'memory; follows from the model unless given (RAM_MB)', wholeNumber(1))
    .option('--smp <n>', "processors; the host's, up to 8, unless given (SMP)", wholeNumber(1))
    .option('--accel <name>', 'auto, hvf, kvm or tcg (QEMU_ACCEL)')
    .option('--cpu <model>', "QEMU's CPU model; chosen by accelerator unless given (QEMU_CPU)")
    .option('--append <text>', 'added to the kernel command line (APPEND_EXTRA)')
    .option(
      '--dry-run',
      "print QEMU's command for this machine instead of running it; what the run asks of the guest " +
        '(prompt, context and so on) is not in it, but in an initramfs made for a real run alone',
    )
    .option('--prompt <text>', 'answer this on stdout, and power off')
    .option('-n, --tokens <n>', 'with --prompt: at most this many tokens', wholeNumber(1))
    .option(
      '--temp <t>',
      'temperature of sampling; 0 always takes the likeliest token',
      numberAtLeast(0),
    )
    .option('--timeout <s>', 'with --prompt: give up after this many seconds', timeoutSeconds);
}

/** The flags as the machine room takes them. */
export function machineOptions(
  flags: MachineFlags,
): Pick<MachineOptions, 'ramMiB' | 'cpus' | 'accel' | 'cpuModel' | 'append' | 'answerPort'> {
  return {
    ...(flags.ram === undefined ? {} : { ramMiB: flags.ram }),
    ...(flags.smp === undefined ? {} : { cpus: flags.smp }),
    ...(flags.accel === undefined ? {} : { accel: flags.accel }),
    ...(flags.cpu === undefined ? {} : { cpuModel: flags.cpu }),
    ...(flags.append === undefined ? {} : { append: flags.append }),
    answerPort: flags.prompt !== undefined,
  };
}

/** What the guest is asked to do, after `args` that the machine needs itself. */
export function runRequest(flags: MachineFlags, args: readonly string[] = []): RunRequest {
  return {
    args: [
      ...args,
      ...(flags.tokens === undefined ? [] : ['--predict', String(flags.tokens)]),
      ...(flags.temp === undefined ? [] : ['--temp', String(flags.temp)]),
    ],
    ...(flags.prompt === undefined ? {} : { prompt: flags.prompt }),
    ...(process.stdout.isTTY
      ? {
          terminal: {
            rows: process.stdout.rows,
            columns: process.stdout.columns,
            term: process.env.TERM ?? 'vt100',
          },
        }
      : {}),
  };
}
