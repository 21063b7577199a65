import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** Builds a program of this folder that is started anew for each of hundreds: compiling it each time would take most of the time. */
export async function buildChild(folder: string, name: string): Promise<string> {
  const program = join(folder, `${name}.cjs`);
  await build({
    entryPoints: [fileURLToPath(new URL(`${name}.ts`, import.meta.url))],
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    logLevel: 'error',
  });
  return program;
}

export interface Child<Result> {
  readonly process: ChildProcess;
  /** Undefined for one that was killed. */
  readonly result: Promise<Result | undefined>;
}

/** Starts a program that takes its task as one argument of JSON, and prints a line of JSON. */
export function startChild<Result>(program: string, task: unknown): Child<Result> {
  const child = spawn(process.execPath, [program, JSON.stringify(task)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let errors = '';
  child.stdout.on('data', (text: Buffer) => (output += text.toString()));
  child.stderr.on('data', (text: Buffer) => (errors += text.toString()));
  const result = new Promise<Result | undefined>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status, signal) => {
      if (signal === 'SIGKILL') resolve(undefined);
      else if (status === 0) resolve(JSON.parse(output) as Result);
      else reject(new Error(`the child ended with ${status ?? signal ?? ''}: ${errors}`));
    });
  });
  return { process: child, result };
}
