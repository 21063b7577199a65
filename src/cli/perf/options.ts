import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import { baseOption } from '../options/base.js';
import { addFetchOptions } from '../options/fetch.js';
import { llamaOption } from '../options/llama.js';
import type { LlamaFlags } from '../options/llama.js';
import type { FetchFlags } from '../options/fetch.js';
import { kernelOption } from '../options/kernel.js';
import { addImageOptions, appendOption } from '../options/linux.js';
import type { ImageFlags } from '../options/linux.js';
import { addHostOptions } from '../options/machine.js';
import { modelsDirOption } from '../options/models.js';
import type { ModelsFlags } from '../options/models.js';
import type { HostFlags } from '../options/machine.js';
import { timeoutSeconds, wholeNumber } from '../options/values.js';
import { isOnCommandLine, variableOption } from '../variable-option.js';
import { MAX_TOKENS } from '../../perf/setting.js';

/** Options of the commands that boot machines to measure them. */
export interface PerfMachineFlags
  extends HostFlags, FetchFlags, LlamaFlags, ImageFlags, ModelsFlags {
  kernel?: string | undefined;
  base?: string | undefined;
  append?: string | undefined;
  tokens?: number | undefined;
  timeout: number;
  results?: string | undefined;
  logDir?: string | undefined;
  log?: string | undefined;
  json?: true | undefined;
}

const USUAL_TIMEOUT_SECONDS = 600;

export function addPerfMachineOptions(command: Command): Command {
  addHostOptions(
    command
      .addOption(
        variableOption(
          '-n, --tokens <n>',
          'tokens that each run generates; 64 unless given',
          'PERF_TOKENS',
          numberUpTo(MAX_TOKENS),
        ),
      )
      .addOption(
        variableOption(
          '--timeout <s>',
          'a run that is not done after so many seconds has failed',
          'PERF_TIMEOUT',
          timeoutSeconds,
        ).default(USUAL_TIMEOUT_SECONDS),
      )
      .addOption(variableOption('--results <file>', 'add every run to this CSV', 'PERF_RESULTS'))
      .addOption(
        variableOption(
          '--log-dir <folder>',
          "keep every run's console here; else those of failed ones, in artifacts/perf-logs",
          'PERF_LOG_DIR',
        ),
      )
      .addOption(variableOption('--log <file>', "keep the last run's console here", 'PERF_LOG'))
      .addOption(new Option('--json', 'print the results as JSON').conflicts('dryRun')),
  )
    .addOption(appendOption())
    .addOption(modelsDirOption())
    .addOption(kernelOption());
  command.optionsGroup('What is booted where no model is named:');
  addImageOptions(command).optionsGroup('What is fetched:');
  return addFetchOptions(command.addOption(baseOption())).addOption(llamaOption());
}

/**
 * Refuses to name what is booted beside a model, for which it is built, and what it is built of without one; a variable
 * is only of no use then.
 *
 * @throws CommanderError
 */
export function requireFitting(command: Command, model: string | undefined): void {
  if (model === undefined) {
    const part = ['base', 'llama'].find((name) => isOnCommandLine(command, name));
    if (part === undefined) return;
    command.error(
      `error: option '--${part}' is for what is built for a model; name the model, too`,
    );
  }
  const given = ['initrd', 'disk'].find((name) => isOnCommandLine(command, name));
  if (given === undefined) return;
  command.error(`error: option '--${given}' is for the disk of no named model; leave out ${model}`);
}

/** Parses an option's value as a whole number from 1 to `most`. */
export function numberUpTo(most: number): (text: string) => number {
  return (text) => {
    const value = wholeNumber(1)(text);
    if (value <= most) return value;
    throw new InvalidArgumentError(`Give a whole number of at most ${most}.`);
  };
}
