import { open, readFile, readdir } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { createConnection, createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { digestBytes } from '../../../src/host/digest.js';
import { Qmp } from '../../../src/machine/qemu/qmp.js';
import { MAX_STATE_BYTES, loadState, saveState } from '../../../src/machine/snapshot/transfer.js';
import { skipWhere } from '../../support/skipping.js';
import { FakeQmp } from '../support/fake-qmp.js';
import type { QmpCommand } from '../support/fake-qmp.js';
import { temporaryFolder } from '../support/temporary.js';

const folder = temporaryFolder();
const NEVER = new AbortController().signal;

const pathIn = ({ arguments: { uri } }: QmpCommand): string => String(uri).replace(/^unix:/, '');

/** QEMU's answer to what it is told; what it does meanwhile. */
type Replies = Readonly<Record<string, (command: QmpCommand) => object | undefined>>;

/** Connects to a QEMU that does what `replies` say, and everything else without a word. */
async function connect(replies: Replies): Promise<{ fake: FakeQmp; qmp: Qmp }> {
  const fake = new FakeQmp((command, self) => {
    const found = replies[command.execute];
    const reply = found ? found(command) : { return: {} };
    if (reply) self.say({ ...reply, id: command.id });
  });
  fake.say({ QMP: { version: {}, capabilities: [] } });
  return { fake, qmp: await Qmp.open(fake) };
}

const told = (fake: FakeQmp): string[] => fake.commands.map(({ execute }) => execute);

describe('the state of a machine that is saved', () => {
  let file: FileHandle | undefined;
  afterEach(async () => {
    await file?.close();
    file = undefined;
  });

  /** Lets a QEMU that sends as `send` does save its state. */
  async function save(
    send: (socket: Socket) => void,
    status: (hasClosed: boolean) => object,
    { signal = NEVER, path = join(folder(), 'state') } = {},
  ): Promise<{ fake: FakeQmp; saved: Awaited<ReturnType<typeof saveState>> }> {
    let hasClosed = false;
    const { fake, qmp } = await connect({
      migrate: (command) => {
        const socket = createConnection(pathIn(command), () => {
          send(socket);
        });
        socket.on('error', () => undefined);
        socket.on('close', () => (hasClosed = true));
        return { return: {} };
      },
      'query-migrate': () => ({ return: status(hasClosed) }),
    });
    file = await open(path, 'w');
    return { fake, saved: await saveState(qmp, file, join(folder(), 'out'), signal) };
  }

  const untilClosed = (hasClosed: boolean): object => ({
    status: hasClosed ? 'completed' : 'active',
  });

  it('is what QEMU sends without its RAM, with its digest, and its socket is gone', async () => {
    const state = Buffer.alloc(400_000, 'state');
    const { fake, saved } = await save((socket) => socket.end(state), untilClosed);
    expect(saved).toEqual({ sizeBytes: state.length, sha256: digestBytes(state) });
    expect(await readFile(join(folder(), 'state'))).toEqual(state);
    expect(told(fake).slice(1, 3)).toEqual(['migrate-set-capabilities', 'migrate']);
    expect(fake.commands[1]!.arguments).toEqual({
      capabilities: [{ capability: 'x-ignore-shared', state: true }],
    });
    expect(await readdir(folder())).toEqual(['state']);
  });

  it('fails with the reason of a QEMU that breaks off', async () => {
    const breaksOff = save(
      (socket) => socket.end('half'),
      (hasClosed) => ({
        status: hasClosed ? 'failed' : 'active',
        'error-desc': 'a device cannot be migrated',
      }),
    );
    await expect(breaksOff).rejects.toMatchObject({
      code: 'ZOSIA_SNAPSHOT_FAILED',
      message: 'QEMU cannot save the machine: a device cannot be migrated',
    });
  });

  it('fails with the state that QEMU has where there is no reason', async () => {
    const cancelled = save(
      (socket) => socket.end(),
      () => ({ status: 'cancelled' }),
    );
    await expect(cancelled).rejects.toThrow('QEMU cannot save the machine: cancelled');
  });

  it('fails when QEMU refuses, or hangs up', async () => {
    file = await open(join(folder(), 'state'), 'w');
    const refusing = await connect({ migrate: () => ({ error: { desc: 'a disk blocks it' } }) });
    await expect(saveState(refusing.qmp, file, join(folder(), 'out'), NEVER)).rejects.toMatchObject(
      {
        code: 'ZOSIA_QMP_FAILED',
        message: expect.stringContaining('a disk blocks it') as string,
      },
    );
    const leaving = await connect({ migrate: () => void leaving.fake.destroy() });
    await expect(saveState(leaving.qmp, file, join(folder(), 'out'), NEVER)).rejects.toThrow(
      'hung up',
    );
  });

  it.each([
    ['before it sends anything', () => undefined],
    ['in the middle', (socket: Socket) => void socket.write('half')],
  ])(
    'is waited for until the signal aborts, with its reason, when QEMU stalls %s',
    async (_, send) => {
      const abort = new AbortController();
      let asked = 0;
      const stalled = save(
        send,
        () => {
          if (++asked === 20) abort.abort(new Error('too late'));
          return { status: 'active' };
        },
        { signal: abort.signal },
      );
      await expect(stalled).rejects.toThrow('too late');
    },
  );

  it('is refused when it is longer than any state', async () => {
    const piece = Buffer.alloc(1 << 20);
    let sent = 0;
    const endless = save(
      (socket) => {
        // After a failure a callback comes before the socket is destroyed: to write in it would never end.
        const more = (error?: Error | null): void => {
          sent += piece.length;
          if (!error) socket.write(piece, more);
        };
        more();
      },
      (hasClosed) => ({ status: hasClosed ? 'failed' : 'active', 'error-desc': 'broken pipe' }),
    );
    await expect(endless).rejects.toMatchObject({
      code: 'ZOSIA_SNAPSHOT_FAILED',
      message: 'QEMU cannot save the machine: its state does not come to its end',
    });
    expect(sent).toBeGreaterThan(MAX_STATE_BYTES);
    expect((await readFile(join(folder(), 'state'))).length).toBeLessThanOrEqual(MAX_STATE_BYTES);
  });

  it(
    "fails with the system's error when the disk is full, not with what QEMU makes of it",
    skipWhere(process.platform !== 'linux', 'only Linux has /dev/full'),
    async () => {
      const full = save(
        (socket) => socket.write('state'),
        (hasClosed) => ({ status: hasClosed ? 'failed' : 'active', 'error-desc': 'broken pipe' }),
        { path: '/dev/full' },
      );
      await expect(full).rejects.toMatchObject({ code: 'ENOSPC' });
    },
  );
});

describe('the state of a machine that is restored', () => {
  let server: Server | undefined;
  afterEach(() => {
    server?.close();
    server = undefined;
  });

  /** Lets a QEMU load a state that does with it as `onSocket` does. */
  async function load(
    onSocket: (socket: Socket) => void,
    status: (hasClosed: boolean, qmp: FakeQmp) => object | undefined,
    { signal = NEVER, state = Buffer.from('state') } = {},
  ): Promise<FakeQmp> {
    let hasClosed = false;
    const { fake, qmp } = await connect({
      'migrate-incoming': (command) => {
        server = createServer((socket) => {
          socket.on('error', () => undefined);
          socket.on('close', () => (hasClosed = true));
          onSocket(socket);
        });
        server.listen(pathIn(command), () => {
          fake.say({ return: {}, id: command.id });
        });
        return undefined;
      },
      'query-status': () => status(hasClosed, fake),
    });
    await loadState(qmp, state, join(folder(), 'in'), signal);
    return fake;
  }

  const standing = (status: string) => (hasClosed: boolean) => ({
    return: { status: hasClosed ? status : 'inmigrate' },
  });

  it.each(['paused', 'prelaunch'])('is all that QEMU gets, which is %s then', async (status) => {
    const state = Buffer.alloc(400_000, 'state');
    const pieces: Buffer[] = [];
    const fake = await load(
      (socket) => void socket.on('data', (bytes: Buffer) => void pieces.push(bytes)),
      standing(status),
      { state },
    );
    expect(Buffer.concat(pieces)).toEqual(state);
    expect(told(fake).slice(1, 3)).toEqual(['migrate-set-capabilities', 'migrate-incoming']);
  });

  it.each(['running', 'shutdown', 'internal-error'])(
    'fails when QEMU is %s then',
    async (status) => {
      const other = load((socket) => socket.resume(), standing(status));
      await expect(other).rejects.toMatchObject({
        code: 'ZOSIA_SNAPSHOT_FAILED',
        message: `QEMU cannot restore the machine: it is ${status}`,
      });
    },
  );

  it('fails when QEMU hangs up on what it cannot use', async () => {
    const state = Buffer.alloc(8 << 20);
    const refused = load(
      (socket) => socket.destroy(),
      (_, fake) => void fake.destroy(),
      { state },
    );
    await expect(refused).rejects.toMatchObject({
      code: 'ZOSIA_QMP_FAILED',
      message: expect.stringContaining('hung up') as string,
    });
  });

  it('is waited for until the signal aborts, with its reason, when QEMU stalls', async () => {
    const abort = new AbortController();
    let asked = 0;
    const stalled = load(
      (socket) => socket.pause(),
      () => {
        if (++asked === 20) abort.abort(new Error('too late'));
        return { return: { status: 'inmigrate' } };
      },
      { signal: abort.signal, state: Buffer.alloc(8 << 20) },
    );
    await expect(stalled).rejects.toThrow('too late');
  });
});
