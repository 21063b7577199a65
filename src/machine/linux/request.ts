import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ZosiaError } from '../../errors.js';
import { option, wording } from '../../wording.js';
import { concatenateArchives } from '../../formats/cpio/concatenate.js';
import { planCpio } from '../../formats/cpio/writer.js';
import type { CpioEntry } from '../../formats/cpio/writer.js';
import { makeImage } from '../../image/image.js';
import type { Image } from '../../image/image.js';
import { writeRaw } from '../../host/raw-writer.js';
import type { LinuxMachineSpec } from './spec.js';
import { withPrivateFolder } from '../../host/private-folder.js';
import { formatTable } from '../../formats/device-mapper/table.js';
import type { LinearRow } from '../../formats/device-mapper/table.js';

/** The user's terminal. */
export interface TerminalSize {
  readonly rows: number;
  readonly columns: number;
  /** The terminal's type, as in `TERM`. */
  readonly term: string;
}

/** What the guest is to do on this boot. */
export interface RunRequest {
  /** Extra arguments for llama.cpp's program. */
  readonly args: readonly string[];
  readonly terminal?: TerminalSize | undefined;
  /** The terminal, or what stands in for it, has no colours. */
  readonly isPlain?: boolean | undefined;
  /** Asks the guest to mark its own lines on the console, for {@link LinuxConsole} to know them by. */
  readonly sealed?: boolean | undefined;
  /** A chat template in Jinja, instead of the model's. */
  readonly chatTemplate?: string | undefined;
  /** Leaves out what a model thinks before it answers; shown unless it is true. */
  readonly hideReasoning?: boolean | undefined;
  /** The rows by which the guest puts the model disk together of the machine's disks. */
  readonly table?: readonly LinearRow[] | undefined;
  /** What is typed comes from a pipe or a file: the guest tells when it wants a line. */
  readonly piped?: boolean | undefined;
  /** Asks the guest to meet the host at its control port once the model is ready, and to go on when it is woken. */
  readonly wake?: boolean | undefined;
  /** Makes the run a server's: the guest answers over HTTP what comes through its port. */
  readonly serve?: boolean | undefined;
  /** Makes it a worker's, without a model: the guest computes for other machines what comes through its port. */
  readonly worker?: boolean | undefined;
  /** How many other machines compute for this one, at most {@link MAX_WORKERS}; it does so itself unless given. */
  readonly workers?: number | undefined;
}

/** As many as a guest's init takes. */
export const MAX_WORKERS = 16;

const REQUEST_FOLDER = '/etc/zosia/request';

/**
 * Plans a run's initrd: the base, then a tiny archive with the request.
 *
 * @param baseBytes size of the file at `basePath`
 * @throws RangeError for a NUL in an argument, and for more workers than there can be
 */
export function planRunInitrd(basePath: string, baseBytes: number, request: RunRequest): Image {
  const base = makeImage(baseBytes, [
    { offset: 0, length: baseBytes, source: { kind: 'file', path: basePath, offset: 0 } },
  ]);
  return concatenateArchives([base, planCpio(requestEntries(request))]);
}

/**
 * Writes a run's initrd; see {@link planRunInitrd}.
 *
 * @throws ZosiaError `ZOSIA_FILE_NOT_FOUND`, and those of `writeRaw`
 */
export async function composeInitrd(
  basePath: string,
  request: RunRequest,
  outPath: string,
  signal?: AbortSignal,
): Promise<void> {
  const base = await stat(basePath).catch(() => undefined);
  if (!base?.isFile() || base.size === 0) {
    throw new ZosiaError('ZOSIA_FILE_NOT_FOUND', `there is no initramfs at ${basePath}`, {
      hint: [
        wording`Build it with zosia up, or name another one with ${option('initrd')}.`,
        'Build it with zosia up.',
      ],
    });
  }
  await writeRaw(planRunInitrd(basePath, base.size, request), outPath, {
    durable: false,
    sparse: false,
    signal,
  });
}

/**
 * Runs `use` with a run's initrd in a folder that only this user can read, and that is then removed. The
 * request has the table of the machine's disk in it.
 */
export async function withRunInitrd<T>(
  { initrd: basePath, disk }: Pick<LinuxMachineSpec, 'initrd' | 'disk'>,
  request: RunRequest,
  use: (initrdPath: string) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  return withPrivateFolder(async (folder) => {
    const path = join(folder, 'initrd');
    const table = disk?.format === 'table' ? disk.rows : undefined;
    await composeInitrd(basePath, { ...request, table }, path, signal);
    return use(path);
  });
}

/** The guest cannot see where its console ends. */
const llamaArguments = ({ args, isPlain = false }: RunRequest): readonly string[] =>
  isPlain ? [...args, '--color', 'off'] : args;

function requestEntries(request: RunRequest): CpioEntry[] {
  const { args, terminal, piped, sealed = false, chatTemplate, hideReasoning } = request;
  const { table, wake, serve, worker, workers } = request;
  if (args.some((arg) => arg.includes('\0'))) throw new RangeError('an argument contains a NUL');
  if (workers !== undefined && (workers < 1 || workers > MAX_WORKERS)) {
    throw new RangeError(`a machine has 1 to ${MAX_WORKERS} workers`);
  }
  const file = (name: string, text: string): CpioEntry => ({
    path: `${REQUEST_FOLDER}/${name}`,
    type: 'file',
    data: text,
  });
  return [
    file(
      'args',
      llamaArguments(request)
        .map((arg) => `${arg}\0`)
        .join(''),
    ),
    ...(sealed ? [file('sealed', '')] : []),
    ...(terminal
      ? [file('terminal', `${terminal.rows} ${terminal.columns} ${terminal.term}\n`)]
      : []),
    ...(chatTemplate === undefined ? [] : [file('chat-template', chatTemplate)]),
    ...(hideReasoning === true ? [file('reasoning', 'hide\n')] : []),
    ...(piped === true ? [file('piped', '')] : []),
    ...(wake === true ? [file('wake', '')] : []),
    ...(serve === true ? [file('serve', '')] : []),
    ...(worker === true ? [file('worker', '')] : []),
    ...(workers === undefined ? [] : [file('workers', `${workers}\n`)]),
    ...(table === undefined ? [] : [file('table', formatTable(table))]),
  ];
}
