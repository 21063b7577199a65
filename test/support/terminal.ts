import { spawn } from '@lydell/node-pty';

/** A program on a pseudo-terminal, as a person sees it: type, and wait for what the screen shows. */
export interface TerminalSession {
  /** Types keys. */
  type(keys: string): void;
  /** Changes the window's size. */
  resize(columns: number, rows: number): void;
  /** Waits until what was printed since the last wait matches; returns that. */
  shows(pattern: RegExp, timeoutMs?: number): Promise<string>;
  /** The exit status, once the program has ended. */
  ended(): Promise<number>;
  kill(): void;
  /** Closes its window. */
  close(): void;
}

export function openTerminal(
  program: string,
  args: readonly string[],
  options: { cwd: string; columns?: number; rows?: number },
): TerminalSession {
  const { cwd, columns = 100, rows = 30 } = options;
  const terminal = spawn(program, [...args], {
    cwd,
    cols: columns,
    rows,
    name: 'xterm-256color',
    env: process.env,
  });
  let unseen = '';
  let wake: () => void = () => undefined;
  terminal.onData((text) => {
    unseen += text;
    wake();
  });
  const exit = new Promise<number>((resolve) => {
    terminal.onExit(({ exitCode }) => {
      resolve(exitCode);
      wake();
    });
  });
  return {
    type: (keys) => {
      terminal.write(keys);
    },
    resize: (columns, rows) => {
      terminal.resize(columns, rows);
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
    ended: () => exit,
    kill: () => {
      terminal.kill('SIGKILL');
    },
    close: () => {
      (terminal as unknown as { destroy(): void }).destroy();
    },
  };
}
