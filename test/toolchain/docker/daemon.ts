import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { execa } from 'execa';
import { findMirror } from '../../../src/toolchain/docker/mirror.js';

/** A Docker daemon of the tests' own, with an image of Debian that no registry was asked for. */
export interface Daemon {
  /** For `DOCKER_HOST`. */
  readonly host: string;
  readonly baseImage: string;
  docker(...args: string[]): Promise<string>;
  stop(): Promise<void>;
}

const BASE_IMAGE = 'zosia-test:bookworm';
const START_MS = 60_000;

/**
 * Starts dockerd, as root, with all that it keeps in a folder of its own, and makes a base image with debootstrap.
 * Its containers have the host's network or none.
 */
export async function startDaemon(): Promise<Daemon> {
  // The path of a socket may have 107 bytes, and containerd's lies deeper than this one.
  const folder = await mkdtemp(join(tmpdir(), 'zd-'));
  const host = `unix://${folder}/docker.sock`;
  const dockerd = execa(
    'dockerd',
    [
      '--data-root',
      join(folder, 'data'),
      '--exec-root',
      join(folder, 'exec'),
      '--pidfile',
      join(folder, 'pid'),
      '--host',
      host,
      '--iptables=false',
      '--bridge=none',
    ],
    { all: true, reject: false },
  );
  const docker = async (...args: string[]): Promise<string> =>
    (await execa('docker', ['--host', host, ...args])).stdout;
  const stop = async (): Promise<void> => {
    dockerd.kill('SIGTERM');
    await dockerd;
    // The network of containers that have the host's stays mounted.
    const mounts = (await readFile('/proc/self/mounts', 'utf8')).split('\n');
    const points = mounts.map((line) => line.split(' ')[1] ?? '');
    for (const point of points.filter((each) => each.startsWith(`${folder}/`)).reverse()) {
      await execa('umount', ['--lazy', point]);
    }
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const answers = (): Promise<boolean> =>
      docker('version').then(
        () => true,
        () => false,
      );
    for (let waitedMs = 0; !(await answers()); waitedMs += 500) {
      if (dockerd.exitCode !== null || waitedMs > START_MS) {
        dockerd.kill('SIGTERM');
        throw new Error(`dockerd does not start: ${(await dockerd).all.slice(-2000)}`);
      }
      await pause(500);
    }
    await makeBaseImage(join(folder, 'base'), host);
    return { host, baseImage: BASE_IMAGE, docker, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function makeBaseImage(root: string, host: string): Promise<void> {
  const mirror = await findMirror(undefined);
  const from = mirror === undefined ? [] : [mirror];
  await execa('debootstrap', ['--variant=minbase', 'bookworm', root, ...from]);
  await execa('tar', ['-C', root, '-c', '.'], { encoding: 'buffer', maxBuffer: 2 ** 30 }).pipe(
    'docker',
    ['--host', host, 'import', '-', BASE_IMAGE],
  );
  await rm(root, { recursive: true });
}
