// Pulls or adds one model in a process of its own, for tests that kill it. What it is told is one argument of JSON;
// what has come of it is a line of JSON on stdout.
import changeable from 'node:fs/promises';
import { argv, stdout } from 'node:process';
import { getTestModel } from './get-test-model.js';
import type { ModelResult, ModelTask } from './get-test-model.js';

/** What a child is told: what to do, and when to die of it. */
export interface ModelChildTask extends ModelTask {
  /** Which of the calls that change the file system is the last one, from 0 on; none unless given. */
  readonly lastStep?: number | undefined;
  /** Whether that one still happens. */
  readonly isLastDone?: boolean | undefined;
}

const STEPS = [
  ...['appendFile', 'copyFile', 'link', 'mkdir', 'mkdtemp', 'open', 'rename', 'rm', 'rmdir'],
  ...['symlink', 'truncate', 'unlink', 'utimes', 'writeFile'],
];

/** Ends this process as `kill -9` does, before or after one of its steps. */
function dieAtStep(last: number, isDone: boolean): void {
  // The module itself: what is built to CommonJS looks there at every call.
  const calls = changeable as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>;
  let count = 0;
  for (const name of STEPS) {
    const original = calls[name]!;
    calls[name] = async (...args) => {
      const isLast = count++ === last;
      if (isLast && !isDone) die();
      const result = await original(...args);
      if (isLast) die();
      return result;
    };
  }
}

function die(): never {
  process.kill(process.pid, 'SIGKILL');
  for (;;);
}

const task = JSON.parse(argv[2]!) as ModelChildTask;
if (task.lastStep !== undefined) dieAtStep(task.lastStep, task.isLastDone ?? false);
void getTestModel(task).then((result: ModelResult) => {
  stdout.write(`${JSON.stringify(result)}\n`);
});
