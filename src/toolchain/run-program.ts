import { createInterface } from 'node:readline';
import { execa } from 'execa';
import type { Ran, RunOptions } from './builder.js';

export interface RunProgramOptions extends Pick<RunOptions, 'env' | 'onLine'> {
  readonly cwd?: string | undefined;
  /** Goes to its standard input, which is empty unless given. */
  readonly input?: AsyncIterable<Uint8Array> | undefined;
  /** How long it may take; without end unless given. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs a program of the host to its end, and keeps what it prints or hands it on line by line.
 *
 * @throws the signal's reason when cancelled; whatever `onLine` throws, when the program has been ended
 */
export async function runProgram(
  program: string,
  args: readonly string[],
  options: RunProgramOptions = {},
): Promise<Ran> {
  const { cwd, env, input, onLine, timeoutMs, signal } = options;
  signal?.throwIfAborted();
  const child = execa(program, args, {
    ...(cwd === undefined ? {} : { cwd }),
    ...(env === undefined ? {} : { env }),
    stdin: input ?? 'ignore',
    all: true,
    buffer: onLine === undefined,
    reject: false,
    ...(timeoutMs === undefined ? {} : { timeout: timeoutMs }),
    ...(signal === undefined ? {} : { cancelSignal: signal }),
  });
  if (onLine) {
    try {
      for await (const line of createInterface({ input: child.all })) await onLine(line);
    } catch (error) {
      child.kill();
      await child;
      throw error;
    }
  }
  const { failed, shortMessage, all } = await child;
  signal?.throwIfAborted();
  // There is none with `buffer: false`, nor of a program that could not be started.
  const output = (all as string | undefined) ?? '';
  return { failed, reason: failed ? shortMessage : undefined, output };
}
