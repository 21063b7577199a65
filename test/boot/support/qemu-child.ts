import { promisify } from 'node:util';
import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 5;

/** Waits until a process has started QEMU, whose process id it gives; undefined when `hasEnded` first. */
export async function qemuChildOf(
  parentId: number,
  hasEnded: () => boolean,
): Promise<number | undefined> {
  while (!hasEnded()) {
    const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid=,args=']);
    for (const line of stdout.split('\n')) {
      const [, id, parent, command] = /^\s*(\d+)\s+(\d+)\s+(\S+)/.exec(line) ?? [];
      if (Number(parent) === parentId && /\/qemu-system-\w+$/.test(command!)) return Number(id);
    }
    await sleep(POLL_MS);
  }
  return undefined;
}
