import type { Command } from 'commander';
import { archOption, numberAtLeast, wholeNumber } from './options.js';
import type { MachineOptions, RunRequest } from '../machine/machine.js';

/** Options of every command that starts a machine. */
export interface MachineFlags {
  arch?: string;
  kernel?: string;
  initrd?: string;
  disk?: string;
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

/** Adds the options; each but the prompt's has a variable of the original scripts, which it wins over. */
export function addMachineOptions(command: Command): Command {
  return command
    .addOption(archOption())
    .option('--ram <MiB>', 'memory; follows from the model unless given (RAM_MB)', wholeNumber(1))
    .option('--smp <n>', "processors; the host's, up to 8, unless given (SMP)", wholeNumber(1))
    .option('--accel <name>', 'auto, hvf, kvm or tcg (QEMU_ACCEL)')
    .option('--cpu <model>', "QEMU's CPU model; chosen by accelerator unless given (QEMU_CPU)")
    .option('--append <text>', 'added to the kernel command line (APPEND_EXTRA)')
    .option('--kernel <file>', 'another kernel (KERNEL_IMAGE)')
    .option('--initrd <file>', 'another initramfs (INITRD_IMAGE)')
    .option('--disk <file>', 'another model disk, raw or VMDK (MODEL_DISK_IMAGE)')
    .option('--dry-run', 'print the QEMU command instead of running it')
    .option('--prompt <text>', 'answer this on stdout, and power off')
    .option('-n, --tokens <n>', 'with --prompt: at most this many tokens', wholeNumber(1))
    .option(
      '--temp <t>',
      'temperature of sampling; 0 always takes the likeliest token',
      numberAtLeast(0),
    )
    .option('--timeout <s>', 'with --prompt: give up after this many seconds', numberAtLeast(0));
}

/** The flags as the machine room takes them. */
export function machineOptions(
  flags: MachineFlags,
): Omit<MachineOptions, 'arch' | 'defaults' | 'model' | 'signal'> {
  return {
    ...(flags.kernel === undefined ? {} : { kernel: flags.kernel }),
    ...(flags.initrd === undefined ? {} : { initrd: flags.initrd }),
    ...(flags.disk === undefined ? {} : { disk: flags.disk }),
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
