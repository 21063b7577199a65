import { setTimeout as delay } from 'node:timers/promises';
import { execa } from 'execa';
import { CLI } from '../../test/support/cli.js';
import { freePort } from '../../test/support/free-port.js';
import { LlamaPrograms } from '../../test/support/llama-programs.js';

/** llama-server on this host. */
export interface NativeServer {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

const LOOK_MS = 50;

/**
 * Starts the llama-server of the guest on this host, and waits until it has its model ready.
 *
 * @param initramfs of the guest
 * @param folder which that is unpacked into; it is not there yet
 * @throws Error with what it said when it ends instead
 */
export async function startNative(
  initramfs: string,
  folder: string,
  args: readonly string[],
): Promise<NativeServer> {
  await execa(process.execPath, [CLI, 'extract', initramfs, '--out', folder]);
  const programs = await LlamaPrograms.at(folder);
  const port = await freePort();
  const where = ['--host', '127.0.0.1', '--port', String(port)];
  const running = programs.start('llama-server', [...args, ...where]);
  const url = `http://127.0.0.1:${port}`;
  while (!(await isHealthy(url))) {
    if (running.exitCode !== null) throw new Error((await running).stderr.toString());
    await delay(LOOK_MS);
  }
  return {
    url,
    stop: async () => {
      running.kill('SIGKILL');
      await running;
    },
  };
}

const isHealthy = (url: string): Promise<boolean> =>
  fetch(new URL('/health', url)).then(
    ({ ok }) => ok,
    () => false,
  );
