import { chmod, copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { delimiter, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { execa } from 'execa';
import { expect } from 'vitest';
import { saveProfile } from '../../src/perf/profiles-file.js';
import { RESULTS_HEADER, formatRecord } from '../../src/perf/results.js';
import { MEASURED } from '../perf/samples.js';
import { CLI, zosia } from '../support/cli.js';
import { EMBEDDED_MODEL, embeddedReference } from '../support/embedded-model.js';
import { ROOT } from './pages.js';

/** Whether a command that starts a machine does so, or only prints how it would (`--dry-run`). */
export type Machines = 'started' | 'described';

/** What is typed to a command that talks at a terminal; the others do not read it. */
const KEYS = '/poweroff\n';

/**
 * A reader who types a page's commands into a shell, in a folder where the files lie that the pages name:
 * small stand-ins for the models, the real thing for everything else.
 */
export class Reader {
  readonly #folder: string;
  readonly #env: Record<string, string>;
  readonly #port: number;
  /** What was put into the background. */
  #job: Job | undefined;

  private constructor(folder: string, programs: string, port: number) {
    this.#folder = folder;
    this.#port = port;
    // One processor: under emulation more of them are much slower.
    this.#env = {
      PATH: [programs, process.env.PATH].join(delimiter),
      SMP: '1',
      ZOSIA_MODELS: join(folder, 'pulled'),
      // Keys are made there.
      XDG_CONFIG_HOME: join(folder, 'config'),
    };
  }

  static async settle(folder: string, machines: Machines): Promise<Reader> {
    const programs = join(folder, 'programs');
    const port = await freePort();
    await mkdir(programs);
    for (const [name, script] of Object.entries(substitutes(machines, port))) {
      await writeFile(join(programs, name), `#!/bin/sh\n${script}\n`);
      await chmod(join(programs, name), 0o755);
    }
    await putModels(folder);
    return new Reader(folder, programs, port);
  }

  /**
   * Runs a line of a shell to its end; one that ends with `&` until it says that it is ready, or has ended. What
   * is exported holds for the lines that follow, and `kill %1` ends what was put into the background.
   *
   * @param isEnough when it returns true, Ctrl+C is pressed; it is called repeatedly
   */
  async type(command: string, isEnough?: () => Promise<boolean>): Promise<End> {
    if (command === 'kill %1') return this.#endJob();
    const [, name] = /^export ([A-Z_]+)=/.exec(command) ?? [];
    if (name !== undefined) return this.#export(command, name);
    if (command.endsWith(' &')) return this.#putIntoBackground(command.slice(0, -2));
    const running = this.#run(isEnough ? `exec ${command}` : command);
    const hasEnded = new AbortController();
    const interrupted = isEnough && interruptOnce(running, isEnough, hasEnded.signal);
    const { exitCode, all } = await running;
    hasEnded.abort();
    await interrupted;
    return { exitCode, all };
  }

  /** Ends what is left in the background; 0 where there is nothing. */
  async leave(): Promise<End> {
    return this.#job ? this.#endJob() : { exitCode: 0, all: '' };
  }

  #run(command: string) {
    const line = command
      // The only thing in the pages that no test may do: writing to a device of the host.
      .replace('/dev/sdX', 'stick.img')
      // Somebody may have a server there.
      .replaceAll(`:${USUAL_PORT}`, `:${this.#port}`);
    return execa('/bin/sh', ['-c', line], {
      cwd: this.#folder,
      env: this.#env,
      input: KEYS,
      reject: false,
      all: true,
    });
  }

  async #export(command: string, name: string): Promise<End> {
    const { exitCode, all, stdout } = await this.#run(`${command}; printf %s "$${name}"`);
    this.#env[name] = stdout;
    return { exitCode, all };
  }

  async #putIntoBackground(command: string): Promise<End> {
    if (this.#job) throw new Error('there is a job in the background already');
    const running = this.#run(`exec ${command}`);
    const ended = running.then(({ exitCode, all }) => ({ exitCode, all }));
    const job = { ended, kill: () => running.kill('SIGTERM') };
    this.#job = job;
    const ready = new Promise<End>((resolve) => {
      let all = '';
      running.all.on('data', (bytes: Buffer) => {
        all += bytes.toString();
        if (/^ready on /m.test(all)) resolve({ exitCode: 0, all });
      });
    });
    return Promise.race([ready, ended]);
  }

  async #endJob(): Promise<End> {
    const job = this.#job;
    if (!job) throw new Error('there is no job in the background');
    this.#job = undefined;
    job.kill();
    return job.ended;
  }
}

/** How a line of a shell has ended, and what it has printed. */
interface End {
  readonly exitCode: number | undefined;
  readonly all: string;
}

interface Job {
  readonly ended: Promise<End>;
  readonly kill: () => void;
}

/** Of `zosia serve`. */
const USUAL_PORT = 9931;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

/** Presses Ctrl+C when it is enough, and only once: a second one ends zosia before it has finished. */
async function interruptOnce(
  running: { kill(signal: NodeJS.Signals): boolean },
  isEnough: () => Promise<boolean>,
  hasEnded: AbortSignal,
): Promise<void> {
  while (!hasEnded.aborted && !(await isEnough().catch(() => false))) await delay(500);
  if (!hasEnded.aborted) running.kill('SIGINT');
}

/** Programs found before the host's own, as shell scripts. */
function substitutes(machines: Machines, port: number): Record<string, string> {
  const describe = `case "$1 $2" in
    "up "*|"run "*|"perf run"|"perf tune"|"serve "*)
      # What is only described gives no result that could be JSON.
      for word; do shift; test "$word" = --json || set -- "$@" "$word"; done
      set -- "$@" --dry-run ;;
  esac`;
  const zosiaScript = `${machines === 'described' ? describe : ''}
case "$1" in serve) shift; set -- serve --port ${port} "$@" ;; esac
exec ${quoted(process.execPath)} ${quoted(CLI)} "$@"`;
  return {
    zosia: zosiaScript,
    npx: 'exec "$@"',
    sudo: 'exec "$@"',
    // A script of npm has to exist; none of them is run but `up`.
    npm: `case "$1" in
  ci) PATH=\${PATH#*:}; exec npm ci --dry-run --offline --prefix ${quoted(ROOT)} ;;
  test) set -- run test ;;
esac
test "$1" = run && shift && grep -q "^    \\"$1\\": " ${quoted(`${ROOT}package.json`)} || exit 1
test "$1" = up || exit 0
shift; test "$1" = -- && shift
exec zosia up "$@"`,
  };
}

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** The models that the pages name, all of them the one that is small enough. */
async function putModels(folder: string): Promise<void> {
  const at = (name: string): string => join(folder, name);
  await mkdir(at('path/to'), { recursive: true });
  await mkdir(at('models'));
  const { checkpoint, tokenizer } = await embeddedReference(folder);
  for (const name of ['stories15M.bin', 'stories260K.bin']) await copyFile(checkpoint, at(name));
  for (const name of ['tokenizer.bin', 'tok512.bin']) await copyFile(tokenizer, at(name));
  for (const name of ['model.gguf', 'path/to/model.gguf', 'big.gguf', 'small.gguf'])
    await copyFile(EMBEDDED_MODEL, at(name));
}

/** Makes what the pages look into, with the commands that make such things. */
export async function putImages(folder: string): Promise<void> {
  const at = (name: string): string => join(folder, name);
  const efi = 'image efi --model stories260K.bin --tokenizer tok512.bin --partition-table gpt';
  for (const command of [
    'image model model.gguf --format vmdk --out model.vmdk',
    'image model model.gguf --format raw --out damaged.img',
    `${efi} --out llama2-disk.img`,
    // What zosia up makes, and only describing a machine does not.
    'image model model.gguf --format vmdk',
    'image efi --model stories260K.bin --tokenizer tok512.bin --format vmdk',
  ]) {
    expect(await zosia(command.split(' '), { cwd: folder }), command).toMatchObject({
      exitCode: 0,
    });
  }
  const { stdout } = await zosia(['image', 'initramfs', '--json'], { cwd: folder });
  await copyFile((JSON.parse(stdout) as { initramfs: string }).initramfs, at('initramfs.cpio'));
  const damaged = await readFile(at('damaged.img'));
  // A byte of the root directory, which is where docs/inspecting.md shows it to be.
  damaged[20_480 + 6]! ^= 1;
  await writeFile(at('damaged.img'), damaged);
}

/** What is there when a page has measured, for readers whose machines do not start. */
export async function putMeasurements(folder: string): Promise<void> {
  await writeFile(join(folder, 'perf.csv'), `${RESULTS_HEADER}\n${formatRecord(MEASURED)}\n`);
  await saveProfile('mine', { threads: 1, llamaArgs: [] }, join(folder, 'zosia.perf.json'));
}
