import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { Duplex } from 'node:stream';
import { QMP_FILE_DESCRIPTOR, Qmp } from '../../src/machine/qemu/qmp.js';

/** What a console prints when a boot has come so far, in their order. */
const SIGNS = [
  { phase: 'init', sign: 'zosia: init' },
  { phase: 'llama.cpp', sign: 'zosia: starting llama-cli' },
  { phase: 'loaded', sign: 'available commands' },
  { phase: 'prompt', sign: '\n> ' },
] as const;

/** The machine begins to run: QEMU has loaded what it boots. */
const STARTED = 'kernel';

export type Phase = typeof STARTED | (typeof SIGNS)[number]['phase'];
export const PHASES: readonly Phase[] = [STARTED, ...SIGNS.map(({ phase }) => phase)];

/** QEMU waits until it is told to start the machine. */
const HELD = [
  ['-S'],
  ['-chardev', `socket,id=control,fd=${QMP_FILE_DESCRIPTOR}`],
  ['-mon', 'chardev=control,mode=control'],
].flat();

/** A boot to the prompt: when each phase began, in milliseconds after QEMU was started. */
export interface BootTimes {
  readonly atMs: Readonly<Record<Phase, number>>;
  /** Processor time that QEMU has used until the prompt, in seconds; undefined where the host does not tell. */
  readonly cpuSeconds: number | undefined;
}

/** A machine that has no prompt by then has hung. */
const TIMEOUT_MS = 60_000;

/**
 * Boots a machine whose console is QEMU's standard output, until its prompt is there; then it is killed.
 *
 * @returns undefined when it hung on its way
 * @throws Error when it ended
 */
export async function bootToPrompt(
  qemu: string,
  args: readonly string[],
): Promise<BootTimes | undefined> {
  const startedMs = performance.now();
  const child = spawn(qemu, [...args, ...HELD], { stdio: ['pipe', 'pipe', 'inherit', 'pipe'] });
  const ended = once(child, 'exit');
  const tooLate = AbortSignal.timeout(TIMEOUT_MS);
  tooLate.addEventListener('abort', () => child.kill('SIGKILL'));
  const atMs: Partial<Record<Phase, number>> = {};
  let text = '';
  let from = 0;
  let cpuSeconds: number | undefined;
  try {
    const control = child.stdio[QMP_FILE_DESCRIPTOR] as unknown as Duplex;
    const qmp = await Qmp.open(control, () => undefined);
    await qmp.execute('cont');
    atMs.kernel = performance.now() - startedMs;
    for await (const bytes of child.stdout as AsyncIterable<Buffer>) {
      const nowMs = performance.now() - startedMs;
      text += bytes.toString('latin1').replaceAll('\r', '');
      for (const { phase, sign } of SIGNS) {
        if (atMs[phase] !== undefined) continue;
        const at = text.indexOf(sign, from);
        if (at < 0) break;
        from = at;
        atMs[phase] = nowMs;
      }
      if (atMs.prompt !== undefined) {
        cpuSeconds = await processorSeconds(child.pid!);
        break;
      }
    }
  } finally {
    child.kill('SIGKILL');
    await ended;
  }
  if (atMs.prompt === undefined && tooLate.aborted) return undefined;
  if (atMs.prompt === undefined) throw new Error(`no prompt:\n${text}`);
  return { atMs: atMs as Record<Phase, number>, cpuSeconds };
}

/** utime and stime (proc(5)), in ticks of a hundredth of a second. */
async function processorSeconds(pid: number): Promise<number | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (stat === undefined) return undefined;
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
