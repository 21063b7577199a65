#!/usr/bin/env node
import { constants } from 'node:os';
import { CommanderError } from 'commander';
import { EXIT, sayError } from './output.js';
import { makeProgram } from './program.js';

/**
 * Runs one command line. Ctrl+C and SIGTERM cancel the work under way, which takes back what it has
 * half done, before the process ends; a second one ends it at once.
 */
async function main(argv: readonly string[]): Promise<number> {
  const cancel = new AbortController();
  let signalled: NodeJS.Signals | undefined;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (signalled) process.exit(128 + constants.signals[signal]);
      signalled = signal;
      cancel.abort(new Error(`stopped by ${signal}`));
    });
  }

  const result: { exitStatus: number } = { exitStatus: EXIT.done };
  try {
    await makeProgram({ signal: cancel.signal, result }).parseAsync(argv);
    return result.exitStatus;
  } catch (error) {
    if (signalled) return 128 + constants.signals[signalled];
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    sayError(error, argv.includes('--debug') || process.env.ZOSIA_DEBUG !== undefined);
    return EXIT.failed;
  }
}

process.exitCode = await main(process.argv);
