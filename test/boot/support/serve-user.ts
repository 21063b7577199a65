import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import type { Architecture } from '../../../src/artifacts/architectures.js';
import { hostFolders } from '../../../src/host/host-folders.js';
import { CLI } from '../../support/cli.js';
import { putGuests } from './guests.js';

const KEY = 'zosia-test-key';

/** A `zosia serve` that listens. */
export interface Serving {
  readonly url: string;
  readonly key: string;
  readonly pid: number;
  /** All that it has said on stderr. */
  log(): string;
  /** Ends it by Ctrl+C. @returns its exit status */
  stop(): Promise<number | undefined>;
}

/** A user with settings, models and saved machines of their own; downloads are those of the host's. */
export class ServeUser {
  constructor(
    readonly arch: Architecture,
    readonly folder: string,
  ) {}

  get environment() {
    return {
      XDG_CACHE_HOME: join(this.folder, 'cache'),
      XDG_DATA_HOME: join(this.folder, 'data'),
      XDG_CONFIG_HOME: join(this.folder, 'config'),
      ZOSIA_API_KEY: KEY,
    };
  }

  async prepare(): Promise<void> {
    const cache = join(this.folder, 'cache', 'zosia');
    await mkdir(cache, { recursive: true });
    await symlink(
      join(hostFolders(process.env).cacheDirectory, 'packages'),
      join(cache, 'packages'),
    );
    await putGuests(this.folder, [this.arch], {
      artifactsDir: join(cache, 'guest'),
      modelsDir: join(this.folder, 'models'),
    });
  }

  /** Serves at a port that is free. */
  async serve(args: readonly string[]): Promise<Serving> {
    const fixed = ['serve', '--port', '0', '--json', '--arch', this.arch, '--accel', 'tcg'];
    const child = execa(process.execPath, [CLI, ...fixed, '--smp', '1', ...args], {
      cwd: this.folder,
      env: this.environment,
      reject: false,
    });
    let [said, log] = ['', ''];
    child.stderr.on('data', (bytes: Buffer) => (log += bytes.toString()));
    const url = await new Promise<string>((resolve, reject) => {
      child.stdout.on('data', (bytes: Buffer) => {
        said += bytes.toString();
        if (said.trimEnd().endsWith('}')) resolve((JSON.parse(said) as { urls: [string] }).urls[0]);
      });
      void child.then(() => {
        reject(new Error(`zosia serve has ended:\n${log}`));
      });
    });
    return {
      url,
      key: KEY,
      pid: child.pid!,
      log: () => log,
      async stop() {
        child.kill('SIGINT');
        return (await child).exitCode;
      },
    };
  }
}
