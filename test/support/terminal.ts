import { fork } from 'node:child_process';
import type { Serializable } from 'node:child_process';

const HOST = new URL('terminal-host.mjs', import.meta.url).pathname;

/** What the process of a terminal says: see terminal-host.mjs. */
type Message = { shown: string } | { ended: number };

/** A program on a pseudo-terminal, as a person sees it: type, and wait for what the screen shows. */
export interface TerminalSession {
  /** Types keys. */
  type(keys: string): void;
  /** Changes the window's size. */
  resize(columns: number, rows: number): void;
  /** Waits until what was printed since the last wait matches; returns that. */
  shows(pattern: RegExp, timeoutMs?: number): Promise<string>;
  /** All that was printed. */
  output(): string;
  /** The exit status, once the program has ended. */
  ended(): Promise<number>;
  kill(): void;
  /** Closes its window. */
  close(): void;
}

export function openTerminal(
  program: string,
  args: readonly string[],
  options: { cwd: string; columns?: number; rows?: number; env?: NodeJS.ProcessEnv },
): TerminalSession {
  const { cwd, columns = 100, rows = 30 } = options;
  const host = fork(HOST, [String(columns), String(rows), program, ...args], {
    cwd,
    env: { ...process.env, ...options.env },
  });
  let output = '';
  let unseen = '';
  let wake: () => void = () => undefined;
  const exit = new Promise<number>((resolve, reject) => {
    host.on('message', (message: Message) => {
      if ('shown' in message) {
        output += message.shown;
        unseen += message.shown;
      } else {
        resolve(message.ended);
      }
      wake();
    });
    host.on('exit', (code, signal) => {
      reject(new Error(`the process of the terminal ended (${String(signal ?? code)})`));
    });
  });
  // Few tests wait for the end.
  exit
    .finally(() => {
      if (host.connected) host.disconnect();
    })
    .catch(() => undefined);
  const tell = (message: Serializable): void => {
    if (host.connected) host.send(message);
  };
  return {
    type: (keys) => {
      tell({ type: keys });
    },
    resize: (columns, rows) => {
      tell({ resize: [columns, rows] });
    },
    async shows(pattern, timeoutMs = 280_000) {
      const deadline = Date.now() + timeoutMs;
      for (;;) {
        const found = pattern.exec(unseen);
        if (found) {
          const seen = unseen;
          unseen = unseen.slice(found.index + found[0].length);
          return seen;
        }
        const left = deadline - Date.now();
        if (left <= 0) throw new Error(`${String(pattern)} never came; the screen:\n${unseen}`);
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, Math.min(left, 1000));
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
    },
    output: () => output,
    ended: () => exit,
    kill: () => {
      tell({ kill: true });
    },
    close: () => {
      tell({ close: true });
    },
  };
}
