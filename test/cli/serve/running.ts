import { execa } from 'execa';
import { onTestFinished } from 'vitest';
import { CLI } from '../../support/cli.js';

/** A `zosia serve` that runs. */
export interface RunningServe {
  readonly pid: number;
  /** What it has printed by now. */
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Presses Ctrl+C, and waits for its end. */
  readonly end: () => Promise<ServeEnd>;
  readonly ended: Promise<ServeEnd>;
}

export interface ServeEnd {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ServeStart {
  readonly env: Record<string, string>;
  readonly cwd?: string;
}

/** Starts `zosia serve` on a port that is free, and waits until it has said what it says when it is ready. */
export async function startServe(
  args: readonly string[],
  { env, cwd }: ServeStart,
  ready = /^ready on /m,
): Promise<RunningServe> {
  const running = execa(process.execPath, [CLI, 'serve', '--port', '0', ...args], {
    env,
    ...(cwd === undefined ? {} : { cwd }),
    stdin: 'ignore',
    reject: false,
    stripFinalNewline: false,
  });
  onTestFinished(async () => {
    running.kill('SIGKILL');
    await running;
  });
  const text = { stdout: '', stderr: '' };
  const ended = running.then(({ exitCode, stdout, stderr }) => ({ exitCode, stdout, stderr }));
  await new Promise<void>((resolve, reject) => {
    running.stdout.on('data', (bytes: Buffer) => {
      text.stdout += bytes.toString();
      if (ready.test(text.stdout)) resolve();
    });
    running.stderr.on('data', (bytes: Buffer) => {
      text.stderr += bytes.toString();
    });
    void ended.then(({ exitCode, stderr }) => {
      reject(new Error(`zosia serve has ended with ${String(exitCode)}: ${stderr}`));
    });
  });
  return {
    pid: running.pid!,
    stdout: () => text.stdout,
    stderr: () => text.stderr,
    end() {
      running.kill('SIGINT');
      return ended;
    },
    ended,
  };
}

/** The URL that it said that it is ready on. */
export const urlOf = ({ stdout }: RunningServe): string => /^ready on (\S+)$/m.exec(stdout())![1]!;
