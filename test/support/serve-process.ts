import { once } from 'node:events';
import { execa } from 'execa';
import { CLI } from './cli.js';

/** `zosia serve` in a process of its own, without a key, on a port that was free. */
export interface ServeProcess {
  readonly url: string;
  readonly pid: number;
  /** All that it has said by now, other than where it listens. */
  readonly said: () => string;
  /** Ends it as Ctrl-C would. */
  readonly stop: () => Promise<void>;
}

/**
 * Starts `zosia serve`, and waits until it listens.
 *
 * @throws Error with what it said when it ends instead
 */
export async function startServe(
  args: readonly string[],
  { cwd, env = {} }: { readonly cwd: string; readonly env?: Record<string, string> },
): Promise<ServeProcess> {
  const options = ['serve', ...args, '--port', '0', '--no-key', '--json'];
  const child = execa(process.execPath, [CLI, ...options], {
    cwd,
    env,
    stdin: 'ignore',
    reject: false,
    buffer: false,
  });
  let said = '';
  child.stderr.on('data', (bytes: Buffer) => (said += bytes.toString()));
  let told = '';
  const listening = new Promise<string>((resolve) => {
    child.stdout.on('data', (bytes: Buffer) => {
      told += bytes.toString();
      const [, url] = /"(http:[^"]+)"/.exec(told) ?? [];
      if (url !== undefined) resolve(url);
    });
  });
  const ended = once(child, 'exit').then(() => {
    throw new Error(`zosia serve has ended: ${said}`);
  });
  ended.catch(() => undefined);
  const url = await Promise.race([listening, ended]);
  return {
    url,
    pid: child.pid!,
    said: () => said,
    stop: async () => {
      child.kill('SIGINT');
      await child;
    },
  };
}
