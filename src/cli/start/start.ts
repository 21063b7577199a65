import { say } from '../output/output.js';
import { filterForStdout } from '../output/escape-filter.js';
import { writeStdout } from '../output/stdout.js';
import { isFile } from '../../host/host-file.js';
import { formatCommand } from '../../machine/machine.js';
import type { HostSpec, LinuxMachineSpec } from '../../machine/machine.js';
import { LINE_FEED } from '../../machine/ascii.js';

const SPACE = 0x20;

/** Prints the command that would start a machine. */
export async function printCommand(
  { qemu }: HostSpec,
  qemuArguments: readonly string[],
): Promise<void> {
  await writeStdout(`${formatCommand([qemu, ...qemuArguments])}\n`);
}

/** Tells, in a dry run, which files of the command are not there: a real run makes them first. */
export async function sayWhatIsMissing({
  kernel,
  initrd,
  disk,
}: {
  kernel?: string;
  initrd?: string;
  disk?: LinuxMachineSpec['disk'];
}): Promise<void> {
  const missing: string[] = [];
  const ofDisk = disk?.format === 'table' ? disk.files : [disk?.path];
  for (const path of [kernel, initrd, ...ofDisk]) {
    if (path !== undefined && !(await isFile(path))) missing.push(path);
  }
  if (missing.length > 0) sayNote(`a real run first makes what is missing: ${missing.join(', ')}`);
}

/** Tells what a user should know about a machine before it starts. */
export function announce({ accel, notes = [] }: HostSpec): void {
  for (const note of [accel.note, ...notes]) if (note !== undefined) sayNote(note);
}

/** Tells something about a machine that the user did not ask for. */
export const sayNote = (line: string): void => {
  say(`zosia: ${line}`);
};

/** Prints an answer on stdout as it comes, and ends its last line. */
export class AnswerPrinter {
  readonly #isContinuation: boolean;
  readonly #write: (bytes: Uint8Array) => Promise<void>;
  #hasStarted = false;
  #last: number | undefined;

  /**
   * @param isContinuation whether the answer goes on in the middle of the prompt's text
   * @param write where the answer goes
   */
  constructor(isContinuation: boolean, write = filteredStdout()) {
    this.#isContinuation = isContinuation;
    this.#write = write;
  }

  print(bytes: Uint8Array): Promise<void> {
    // Text that continues nothing begins with the space that tokenizers put before every word.
    const isPadded = !this.#hasStarted && !this.#isContinuation && bytes[0] === SPACE;
    const text = isPadded ? bytes.subarray(1) : bytes;
    this.#hasStarted = true;
    this.#last = text.at(-1) ?? this.#last;
    return this.#write(text);
  }

  /** Whether nothing has been printed. */
  get isEmpty(): boolean {
    return this.#last === undefined;
  }

  async end(): Promise<void> {
    if (this.#last !== undefined && this.#last !== LINE_FEED)
      await this.#write(Buffer.of(LINE_FEED));
  }
}

/** Writes to stdout: a terminal gets text without control sequences, anything else gets every byte. */
function filteredStdout(): (bytes: Uint8Array) => Promise<void> {
  const filter = filterForStdout();
  return (bytes) => writeStdout(filter(bytes));
}
