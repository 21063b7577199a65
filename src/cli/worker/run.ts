import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import type { CliContext } from '../context.js';
import { addFetchOptions } from '../options/fetch.js';
import { addHostOptions, requireOneOf } from '../options/machine.js';
import { peersOption } from '../options/workers.js';
import type { ListenFlag, WorkerFlags } from './flags.js';
import { DEFAULT_PORT, parseWorkers } from '../../workers/plan/worker-list.js';

const USUAL_LISTEN = `127.0.0.1:${DEFAULT_PORT}`;

const collect = (value: string, all: readonly string[] = []): string[] => [...all, value];

export function defineWorkerRun(command: Command, context: CliContext): void {
  command
    .addOption(
      new Option('--listen <address:port>', 'where heads reach it; with port 0, any that is free')
        .argParser(listenFlag)
        .default(listenFlag(USUAL_LISTEN), USUAL_LISTEN),
    )
    .option(
      '--allow <cidr>',
      'hosts that may connect, as 192.168.1.0/24; this one unless given',
      collect,
    )
    .addOption(peersOption('heads'));
  addFetchOptions(command);
  addHostOptions(command);
  const ram = command.options.find(({ long }) => long === '--ram')!;
  ram.description = 'memory; most of what is free unless given (env: RAM_MB)';
  command
    .addOption(
      new Option('--json', 'print as JSON where it listens, once it does').conflicts('dryRun'),
    )
    .action(async (flags: WorkerFlags) => {
      requireOneOf(command, '--allow', ['--peers']);
      const { runWorkerCommand } = await import('./start.js');
      await runWorkerCommand(flags, context);
    });
}

/** As in a list of workers, which has no port 0. */
function listenFlag(text: string): ListenFlag {
  const [, anyPort] = /^(.*):0$/.exec(text) ?? [];
  try {
    const { host, port } = parseWorkers(anyPort ?? text)[0]!;
    return { host, port: anyPort === undefined ? port : 0 };
  } catch {
    throw new InvalidArgumentError(
      'Give an address and a port, as 127.0.0.1:50052 or [::1]:50052.',
    );
  }
}
