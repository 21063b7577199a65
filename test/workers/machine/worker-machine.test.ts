import { Duplex } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { WorkerMachine } from '../../../src/workers/machine/worker-machine.js';
import type { WorkerRun } from '../../../src/workers/machine/worker-machine.js';

/** Machines that do what a test wants. */
class Runs {
  readonly started: (WorkerRun & { readonly fail: (error: Error) => void })[] = [];
  readonly awake: number[] = [];
  readonly died: unknown[] = [];
  readonly ending = new AbortController();
  readonly machine = new WorkerMachine({
    run: (run) =>
      new Promise<void>((resolve, reject) => {
        this.started.push({ ...run, fail: reject });
        run.signal.addEventListener('abort', () => {
          resolve();
        });
      }),
    onAwake: (freeMiB) => this.awake.push(freeMiB),
    onDied: (error) => this.died.push(error),
  });
}

describe('WorkerMachine', () => {
  it('is started again when it ends, and whoever connects meanwhile waits', async () => {
    const runs = new Runs();
    const over = runs.machine.run(runs.ending.signal);
    const streams = [new Duplex(), new Duplex()];
    runs.started[0]!.onAwake(() => streams[0]!, 100);
    const { signal } = runs.ending;
    expect(await runs.machine.connect(signal)).toBe(streams[0]);
    const fault = new Error('it is gone');
    runs.started[0]!.fail(fault);
    await expect.poll(() => runs.died).toEqual([fault]);
    const waiting = runs.machine.connect(signal);
    await expect.poll(() => runs.started.length, { timeout: 10_000 }).toBe(2);
    runs.started[1]!.onAwake(() => streams[1]!, 90);
    expect(await waiting).toBe(streams[1]);
    expect(runs.awake).toEqual([100, 90]);
    runs.ending.abort();
    await over;
    expect(runs.started).toHaveLength(2);
  });

  it('has who waits get the next, when one ends before it is awake again', async () => {
    const runs = new Runs();
    const { signal } = runs.ending;
    const over = runs.machine.run(signal);
    runs.started[0]!.onAwake(() => new Duplex(), 100);
    runs.started[0]!.fail(new Error('gone'));
    await expect.poll(() => runs.started.length, { timeout: 10_000 }).toBe(2);
    const waiting = runs.machine.connect(signal);
    runs.started[1]!.fail(new Error('gone before it was awake'));
    await expect.poll(() => runs.started.length, { timeout: 10_000 }).toBe(3);
    const stream = new Duplex();
    runs.started[2]!.onAwake(() => stream, 100);
    expect(await waiting).toBe(stream);
    runs.ending.abort();
    await over;
  });

  it('fails if it has never been awake: it would not be the next time', async () => {
    const runs = new Runs();
    const over = runs.machine.run(runs.ending.signal);
    const fault = new Error('no QEMU');
    runs.started[0]!.fail(fault);
    await expect(over).rejects.toBe(fault);
    expect(runs.started).toHaveLength(1);
  });

  it('lets one go that waits for it', async () => {
    const runs = new Runs();
    const over = runs.machine.run(runs.ending.signal);
    const leaving = new AbortController();
    const waits = expect(runs.machine.connect(leaving.signal)).rejects.toThrow('left');
    leaving.abort(new Error('left'));
    await waits;
    runs.ending.abort();
    await over;
  });
});
