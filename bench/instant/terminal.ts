import { stripVTControlCharacters } from 'node:util';
import { spawn } from '@lydell/node-pty';
import { readFile } from 'node:fs/promises';
import { CLI } from '../../test/support/cli.js';

/** How long a chat took to be there, in milliseconds since zosia was started. */
export interface ChatTimes {
  /** Its prompt is to be seen. */
  readonly promptMs: number;
  /** A key that was typed before is to be seen at the prompt: from here on the guest has the keys. */
  readonly echoMs: number;
}

/** A chat on a terminal of its own. */
export interface Chat {
  readonly times: ChatTimes;
  /** Process numbers of zosia and QEMU. */
  readonly processes: readonly number[];
  /** Says something, and waits until the answer has come to its end. */
  readonly ask: (text: string) => Promise<void>;
  readonly end: () => Promise<void>;
}

/** Without what moves the cursor or sets colours. */
const plain = (text: string): string => stripVTControlCharacters(text);
const PROMPT = /\n> /;
const ECHO = /\n> *x/;

/** Starts `zosia up`, types an `x` at once, and waits until it shows. */
export async function startChat(cwd: string, args: readonly string[]): Promise<Chat> {
  const start = performance.now();
  const terminal = spawn(process.execPath, [CLI, 'up', ...args], { cwd, cols: 100, rows: 30 });
  const ended = new Promise<void>((resolve) => {
    terminal.onExit(() => {
      resolve();
    });
  });
  let text = '';
  let promptMs: number | undefined;
  let onPrompt: (() => void) | undefined;
  terminal.write('x');
  const echoMs = await new Promise<number>((resolve, reject) => {
    terminal.onData((shown) => {
      text += shown;
      if (onPrompt && PROMPT.test(plain(text))) onPrompt();
      if (promptMs === undefined && PROMPT.test(plain(text))) promptMs = performance.now() - start;
      if (promptMs !== undefined && ECHO.test(plain(text))) resolve(performance.now() - start);
    });
    terminal.onExit(() => {
      reject(new Error(`zosia has ended: ${text}`));
    });
  });
  return {
    times: { promptMs: promptMs!, echoMs },
    processes: [terminal.pid, ...(await childrenOf(terminal.pid))],
    async ask(words) {
      text = '';
      const answered = new Promise<void>((resolve) => (onPrompt = resolve));
      terminal.write(`${words}\r`);
      await answered;
      onPrompt = undefined;
    },
    async end() {
      // The first clears the line, the second leaves.
      terminal.write('\u0003\u0003');
      await ended;
    },
  };
}

async function childrenOf(pid: number): Promise<number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  return text.trim().split(' ').filter(Boolean).map(Number);
}

/** What processes have of the host's memory, pages that they share divided among them (proc(5), Pss). */
export async function proportionalMiB(processes: readonly number[]): Promise<number> {
  let kib = 0;
  for (const pid of processes) {
    const text = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
    kib += Number(/^Pss:\s+(\d+) kB$/m.exec(text)?.[1] ?? 0);
  }
  return kib / 1024;
}
