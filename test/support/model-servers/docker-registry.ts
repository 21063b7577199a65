import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../free-port.js';
import { setTimeout as delay } from 'node:timers/promises';

export interface RunningRegistry {
  readonly url: URL;
  /** `127.0.0.1:PORT`. */
  readonly host: string;
  close(): Promise<void>;
}

/** Runs Debian's docker-registry on a port of this host, with an empty folder. */
export async function runDockerRegistry(): Promise<RunningRegistry> {
  const folder = await mkdtemp(join(tmpdir(), 'zosia-registry-'));
  const host = `127.0.0.1:${await freePort()}`;
  const settings = join(folder, 'config.json');
  // JSON is YAML, too.
  const config = {
    version: 0.1,
    log: { level: 'error', accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: join(folder, 'data') } },
    http: { addr: host },
  };
  await writeFile(settings, JSON.stringify(config));
  const child = spawn('docker-registry', ['serve', settings], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk) => (said += String(chunk)));
  const ended = once(child, 'exit');
  const url = new URL(`http://${host}`);
  const close = async (): Promise<void> => {
    if (child.exitCode === null) child.kill();
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  for (let tries = 0; ; tries++) {
    const answers = await fetch(new URL('/v2/', url)).then(
      ({ ok }) => ok,
      () => false,
    );
    if (answers) return { url, host, close };
    if (child.exitCode !== null || tries > 300) {
      await close();
      throw new Error(`docker-registry does not answer: ${said}`);
    }
    await delay(50);
  }
}
