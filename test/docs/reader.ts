import { chmod, copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
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

  private constructor(folder: string, programs: string) {
    this.#folder = folder;
    // One processor: under emulation more of them are much slower.
    this.#env = { PATH: [programs, process.env.PATH].join(delimiter), SMP: '1' };
  }

  static async settle(folder: string, machines: Machines): Promise<Reader> {
    const programs = join(folder, 'programs');
    await mkdir(programs);
    for (const [name, script] of Object.entries(substitutes(machines))) {
      await writeFile(join(programs, name), `#!/bin/sh\n${script}\n`);
      await chmod(join(programs, name), 0o755);
    }
    await putModels(folder);
    return new Reader(folder, programs);
  }

  /**
   * Runs a line of a shell to its end.
   *
   * @param isEnough when it returns true, Ctrl+C is pressed; it is called repeatedly
   */
  async type(
    command: string,
    isEnough?: () => Promise<boolean>,
  ): Promise<{ exitCode: number | undefined; all: string }> {
    // The only thing in the pages that no test may do: writing to a device of the host.
    const line = command.replace('/dev/sdX', 'stick.img');
    const running = execa('/bin/sh', ['-c', isEnough ? `exec ${line}` : line], {
      cwd: this.#folder,
      env: this.#env,
      input: KEYS,
      reject: false,
      all: true,
    });
    const hasEnded = new AbortController();
    const interrupted = isEnough && interruptOnce(running, isEnough, hasEnded.signal);
    const { exitCode, all } = await running;
    hasEnded.abort();
    await interrupted;
    return { exitCode, all };
  }
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
function substitutes(machines: Machines): Record<string, string> {
  const describe = `case "$1 $2" in
    "up "*|"run "*|"perf run"|"perf tune")
      # What is only described gives no result that could be JSON.
      for word; do shift; test "$word" = --json || set -- "$@" "$word"; done
      set -- "$@" --dry-run ;;
  esac`;
  const zosiaScript = `${machines === 'described' ? describe : ''}
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
  for (const name of ['model.gguf', 'path/to/model.gguf']) await copyFile(EMBEDDED_MODEL, at(name));
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
