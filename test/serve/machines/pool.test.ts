import { getEventListeners } from 'node:events';
import { Duplex } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Lease } from '../../../src/serve/backend.js';
import { MachinePool } from '../../../src/serve/machines/pool.js';
import type { PoolOptions } from '../../../src/serve/machines/pool.js';
import type { MachineRun } from '../../../src/serve/machines/planned-machine.js';

const KEEP_MS = 60_000;
const PATIENCE_MS = 5000;
const WAKE_MS = 10_000;
const never = new AbortController().signal;

/** Machines that do what a test wants: each model's memory in MiB is the number that its name ends with. */
class Machines {
  readonly running = new Map<string, MachineRun & { readonly fail: (error: Error) => void }>();
  readonly started: string[] = [];
  readonly died: [string, unknown][] = [];
  wakes = true;

  pool(options: Partial<PoolOptions> = {}): MachinePool {
    return new MachinePool({
      maxMachines: 2,
      memoryMiB: 1000,
      keepMs: KEEP_MS,
      patienceMs: PATIENCE_MS,
      wakeMs: WAKE_MS,
      plan: (model) =>
        Promise.resolve({
          ramMiB: Number(/\d+$/.exec(model)![0]),
          run: (run) => this.#run(model, run),
        }),
      onDied: (model, error) => this.died.push([model, error]),
      ...options,
    });
  }

  async #run(model: string, run: MachineRun): Promise<void> {
    this.started.push(model);
    try {
      await new Promise<void>((resolve, reject) => {
        this.running.set(model, { ...run, fail: reject });
        run.signal.addEventListener('abort', () => {
          resolve();
        });
        if (this.wakes) run.onAwake(() => new Duplex());
      });
    } finally {
      this.running.delete(model);
    }
  }
}

describe('MachinePool', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('wakes a machine for the first request, and keeps it for those that follow', async () => {
    const machines = new Machines();
    const pool = machines.pool();
    expect(pool.stateOf('a1')).toBe('asleep');
    const leases = await Promise.all([pool.lease('a1', never), pool.lease('a1', never)]);
    expect(machines.started).toEqual(['a1']);
    expect(pool.stateOf('a1')).toBe('answering');
    leases[0].release();
    leases[0].release();
    expect(pool.stateOf('a1')).toBe('answering');
    leases[1].release();
    expect(pool.stateOf('a1')).toBe('idle');
    (await pool.lease('a1', never)).release();
    expect(machines.started).toEqual(['a1']);
    await pool.close();
  });

  it('puts one away that nobody has asked for a while, counted from the last answer', async () => {
    const machines = new Machines();
    const pool = machines.pool();
    const first = await pool.lease('a1', never);
    await vi.advanceTimersByTimeAsync(2 * KEEP_MS);
    expect(pool.stateOf('a1')).toBe('answering');
    first.release();
    await vi.advanceTimersByTimeAsync(KEEP_MS - 1);
    (await pool.lease('a1', never)).release();
    await vi.advanceTimersByTimeAsync(KEEP_MS - 1);
    expect(pool.stateOf('a1')).toBe('idle');
    await vi.advanceTimersByTimeAsync(1);
    expect([pool.stateOf('a1'), pool.size, machines.running.size]).toEqual(['asleep', 0, 0]);
    (await pool.lease('a1', never)).release();
    expect(machines.started).toEqual(['a1', 'a1']);
    await pool.close();
  });

  it('puts away who was asked longest ago when another needs the place, or the memory', async () => {
    const machines = new Machines();
    const pool = machines.pool();
    for (const model of ['a1', 'b1', 'a1', 'c1']) {
      (await pool.lease(model, never)).release();
      await vi.advanceTimersByTimeAsync(1);
    }
    expect([...machines.running.keys()].sort()).toEqual(['a1', 'c1']);
    (await pool.lease('d999', never)).release();
    expect([...machines.running.keys()].sort()).toEqual(['c1', 'd999']);
    expect(pool.memoryMiB).toBe(1000);
    (await pool.lease('e1000', never)).release();
    expect([...machines.running.keys()]).toEqual(['e1000']);
    await pool.close();
  });

  it('lets eight models in turn have room for two', async () => {
    const machines = new Machines();
    const pool = machines.pool();
    for (let turn = 0; turn < 24; turn++) {
      (await pool.lease(`m${(turn % 8) + 1}`, never)).release();
    }
    expect(machines.started).toHaveLength(24);
    expect(pool.size).toBe(2);
    await pool.close();
    expect(machines.running.size).toBe(0);
  });

  it('never puts away one that is answering: another waits, and is refused with figures', async () => {
    const machines = new Machines();
    const pool = machines.pool();
    const leases = [await pool.lease('a600', never), await pool.lease('b1', never)];
    const refused = expect(pool.lease('c1', never)).rejects.toMatchObject({
      code: 'ZOSIA_SERVE_NO_ROOM',
      message: expect.stringMatching(/2 machines are answering, and there may be 2$/) as string,
    });
    await vi.advanceTimersByTimeAsync(PATIENCE_MS);
    await refused;
    const waits = expect(pool.lease('c500', never)).rejects.toThrow(
      /500 MiB of memory.* 600 of 1000 MiB$/,
    );
    await vi.advanceTimersByTimeAsync(PATIENCE_MS - 1);
    leases[1]!.release();
    await vi.advanceTimersByTimeAsync(1);
    await waits;
    // It went on being there: there would have been no room all the same.
    expect(pool.stateOf('b1')).toBe('idle');
    const other = pool.lease('d400', never);
    (await other).release();
    leases[0]!.release();
    await pool.close();
  });

  it('counts the time that one waits behind others', async () => {
    const machines = new Machines();
    const pool = machines.pool({ maxMachines: 1 });
    const lease = await pool.lease('a1', never);
    const refused: string[] = [];
    const waiting = ['b1', 'c1', 'd1'].map((model) =>
      pool.lease(model, never).catch(() => refused.push(model)),
    );
    await vi.advanceTimersByTimeAsync(PATIENCE_MS - 1);
    expect(refused).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(refused).toEqual(['b1', 'c1', 'd1']);
    await Promise.all(waiting);
    lease.release();
    await pool.close();
  });

  it('lets one leave who waits behind others', async () => {
    const machines = new Machines();
    const pool = machines.pool({ maxMachines: 1 });
    const lease = await pool.lease('a1', never);
    const first = pool.lease('b1', never);
    const leaving = new AbortController();
    const left = expect(pool.lease('c1', leaving.signal)).rejects.toThrow('left');
    leaving.abort(new Error('left'));
    await left;
    lease.release();
    (await first).release();
    expect(machines.started).toEqual(['a1', 'b1']);
    await pool.close();
  });

  it('refuses at once what would never have room', async () => {
    const machines = new Machines();
    const pool = machines.pool();
    (await pool.lease('a1', never)).release();
    await expect(pool.lease('b1001', never)).rejects.toMatchObject({
      code: 'ZOSIA_SERVE_TOO_LARGE',
      message: expect.stringMatching(/needs 1001 MiB.* may have 1000 MiB$/) as string,
    });
    expect(pool.stateOf('a1')).toBe('idle');
    await pool.close();
  });

  it('tells all who wait for a machine why it failed, and tries anew for the next', async () => {
    const machines = new Machines();
    machines.wakes = false;
    const pool = machines.pool();
    const waiting = [pool.lease('a1', never), pool.lease('a1', never)];
    await vi.waitUntil(() => machines.running.has('a1'));
    const problem = new Error('no template');
    const failed = waiting.map((lease) => expect(lease).rejects.toBe(problem));
    machines.running.get('a1')!.fail(problem);
    await Promise.all(failed);
    expect(machines.died).toEqual([['a1', problem]]);
    machines.wakes = true;
    (await pool.lease('a1', never)).release();
    await pool.close();
  });

  it('leaves nothing on the signals that starting depends on', async () => {
    const machines = new Machines();
    const signals: AbortSignal[] = [];
    const pool = machines.pool({
      maxMachines: 1,
      plan: (_, signal) => {
        signals.push(signal);
        return Promise.resolve({ ramMiB: 1, run: () => new Promise(() => undefined) });
      },
    });
    const leaving = new AbortController();
    const leaves = ['a1', 'b1'].map((model) =>
      expect(pool.lease(model, leaving.signal)).rejects.toThrow('left'),
    );
    await vi.waitUntil(() => signals.length === 2 && pool.size === 1);
    leaving.abort(new Error('left'));
    await Promise.all(leaves);
    expect(signals.map((signal) => getEventListeners(signal, 'abort'))).toEqual([[], []]);
  });

  it('wakes another when one has died', async () => {
    const machines = new Machines();
    const pool = machines.pool();
    const lease = await pool.lease('a1', never);
    machines.running.get('a1')!.fail(new Error('gone'));
    await vi.waitUntil(() => pool.stateOf('a1') === 'asleep');
    lease.release();
    (await pool.lease('a1', never)).release();
    expect(machines.started).toEqual(['a1', 'a1']);
    await pool.close();
  });

  it('lets one leave who waits, and the others go on', async () => {
    const machines = new Machines();
    machines.wakes = false;
    const pool = machines.pool();
    const leaving = new AbortController();
    const [left, stayed] = [pool.lease('a1', leaving.signal), pool.lease('a1', never)];
    await vi.waitUntil(() => machines.running.has('a1'));
    const reason = new Error('the client has left');
    const leaves = expect(left).rejects.toBe(reason);
    leaving.abort(reason);
    await leaves;
    machines.running.get('a1')!.onAwake(() => new Duplex());
    const lease: Lease = await stayed;
    expect(pool.stateOf('a1')).toBe('answering');
    lease.release();
    await pool.close();
  });

  it('keeps for a while one that has been woken for nobody', async () => {
    const machines = new Machines();
    machines.wakes = false;
    const pool = machines.pool();
    const leaving = new AbortController();
    const left = expect(pool.lease('a1', leaving.signal)).rejects.toThrow('left');
    await vi.waitUntil(() => machines.running.has('a1'));
    leaving.abort(new Error('left'));
    await left;
    machines.running.get('a1')!.onAwake(() => new Duplex());
    expect(pool.stateOf('a1')).toBe('idle');
    await vi.advanceTimersByTimeAsync(KEEP_MS);
    expect(pool.size).toBe(0);
  });

  it('ends a machine that does not wake in time, says so, and tries anew for the next', async () => {
    const machines = new Machines();
    machines.wakes = false;
    const pool = machines.pool();
    const refused = expect(pool.lease('a1', never)).rejects.toMatchObject({
      code: 'ZOSIA_SERVE_MACHINE_HANGS',
      message: expect.stringContaining('10 s') as string,
    });
    await vi.waitUntil(() => machines.running.has('a1'));
    // Waiting until it runs has taken some of the time.
    await vi.advanceTimersByTimeAsync(WAKE_MS - 1000);
    expect(pool.stateOf('a1')).toBe('waking');
    await vi.advanceTimersByTimeAsync(1000);
    await refused;
    await vi.waitUntil(() => pool.size === 0);
    expect(machines.running.size).toBe(0);
    expect(machines.died).toMatchObject([['a1', { code: 'ZOSIA_SERVE_MACHINE_HANGS' }]]);
    machines.wakes = true;
    const lease = await pool.lease('a1', never);
    // The limit is of waking alone.
    await vi.advanceTimersByTimeAsync(2 * WAKE_MS);
    expect(pool.stateOf('a1')).toBe('answering');
    lease.release();
    await pool.close();
  });

  it('wakes another for who asks while one is being put away', async () => {
    const machines = new Machines();
    const pool = machines.pool();
    (await pool.lease('a1', never)).release();
    // Its time is over, and it has not ended yet.
    vi.advanceTimersByTime(KEEP_MS);
    expect(machines.running.get('a1')!.signal.aborted).toBe(true);
    const lease = await pool.lease('a1', never);
    expect(machines.started).toEqual(['a1', 'a1']);
    expect(pool.stateOf('a1')).toBe('answering');
    lease.release();
    await pool.close();
    expect(machines.died).toEqual([]);
  });

  it('wakes one anew for who asks while it makes room for another', async () => {
    const machines = new Machines();
    const pool = machines.pool({ maxMachines: 1 });
    (await pool.lease('a1', never)).release();
    const { signal } = machines.running.get('a1')!;
    const other = pool.lease('b1', never);
    await new Promise((resolve) => {
      signal.addEventListener('abort', resolve);
    });
    const again = pool.lease('a1', never);
    (await other).release();
    (await again).release();
    expect(machines.started).toEqual(['a1', 'b1', 'a1']);
    expect([...machines.running.keys()]).toEqual(['a1']);
    await pool.close();
    expect(machines.died).toEqual([]);
  });

  it('lets one pass that has room, while another waits for its own', async () => {
    const machines = new Machines();
    const pool = machines.pool({ maxMachines: 3 });
    const large = await pool.lease('a600', never);
    const waiting = pool.lease('b700', never);
    await vi.advanceTimersByTimeAsync(10);
    (await pool.lease('c100', never)).release();
    expect(machines.started).toEqual(['a600', 'c100']);
    large.release();
    (await waiting).release();
    expect(machines.started).toEqual(['a600', 'c100', 'b700']);
    await pool.close();
  });

  it('gives room to another though a model is asked all the time', async () => {
    const machines = new Machines();
    const pool = machines.pool({ maxMachines: 1 });
    let current: Lease | undefined = await pool.lease('a1', never);
    const other = pool.lease('b1', never);
    const asked: Promise<Lease>[] = [];
    for (let turn = 0; turn < 20; turn++) {
      let next: Lease | undefined;
      const asking = pool.lease('a1', never);
      asked.push(asking.then((lease) => (next = lease)));
      await vi.advanceTimersByTimeAsync(100);
      // There is always one that is answered, until the machine is lent no more.
      current?.release();
      current = next;
    }
    expect(machines.started).toEqual(['a1', 'b1']);
    (await other).release();
    for (const lease of asked) (await lease).release();
    expect(machines.started).toEqual(['a1', 'b1', 'a1']);
    await pool.close();
  });

  it('tells those that waited when a machine failed of that, and tries it for none of them again', async () => {
    const machines = new Machines();
    machines.wakes = false;
    const pool = machines.pool();
    const sinceMs = performance.now();
    const first = expect(pool.lease('a1', never, sinceMs)).rejects.toThrow('broken');
    await vi.waitUntil(() => machines.running.has('a1'));
    machines.running.get('a1')!.fail(new Error('broken'));
    await first;
    await expect(pool.lease('a1', never, sinceMs)).rejects.toThrow('broken');
    expect(machines.started).toEqual(['a1']);
    await pool.close();
  });

  it('starts another for those that waited when one dies that was awake', async () => {
    const machines = new Machines();
    const pool = machines.pool();
    const sinceMs = performance.now();
    const lent = await pool.lease('a1', never, sinceMs);
    const { fail } = machines.running.get('a1')!;
    fail(new Error('killed'));
    await vi.waitUntil(() => machines.died.length > 0);
    lent.release();
    (await pool.lease('a1', never, sinceMs)).release();
    expect(machines.started).toEqual(['a1', 'a1']);
    await pool.close();
  });

  it('starts nothing any more once it is closed', async () => {
    const machines = new Machines();
    const pool = machines.pool();
    const lease = await pool.lease('a1', never);
    const closing = pool.close();
    await expect(pool.lease('b1', never)).rejects.toThrow(/being closed/);
    await closing;
    expect(machines.running.size).toBe(0);
    lease.release();
    expect(machines.died).toEqual([]);
  });
});
