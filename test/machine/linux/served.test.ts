import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { SERVER_PORT_NAME, runWorker, withInstantStart } from '../../../src/machine/machine.js';
import { makeFakeQemu } from '../support/fake-qemu.js';
import { qmpMachine } from '../support/fake-qmp.js';
import { GUEST_STREAMS } from '../support/guest-streams.js';
import { PLAIN_SPEC } from '../support/specs.js';
import { temporaryFolder } from '../support/temporary.js';

const folder = temporaryFolder();
const at = (name: string): string => join(folder(), name);

const LISTENS = "print('zosia: ggml-rpc-server listens, with 269 MiB of memory free\\r\\n');";

/** JavaScript of a machine whose server sends back what it gets. */
const worker = (beforeReady: string, onceAwake: string): string => `
${qmpMachine([])}
${GUEST_STREAMS}
print('zosia: init\\r\\n');
${beforeReady}
const [toHost, ofServer] = [4, 5].map((fd) => new (require('node:net').Socket)({ fd }));
toHost.write('ready\\n');
toHost.once('data', () => { toHost.write('awake\\n'); ${onceAwake} });
guestStreams(ofServer, (stream) => stream.on('data', (bytes) => stream.write(bytes)));
`;

/** Runs it until `onAwake` has what it wants. */
async function run(
  machine: string,
  onAwake: (connect: () => Duplex, freeMiB: number) => Promise<void>,
): Promise<void> {
  const { path } = await makeFakeQemu(at('bin'), { machine });
  const initrd = at('worker.cpio');
  await writeFile(initrd, new Uint8Array(512));
  const over = new AbortController();
  const onNote = (): void => undefined;
  let using: Promise<void> | undefined;
  await withInstantStart(
    {
      request: { args: [], worker: true },
      ports: [SERVER_PORT_NAME],
      // Saved machines are wanted: a worker is none all the same.
      snapshots: { cacheDirectory: at('cache'), areKept: true, isFresh: false },
      onNote,
      wakeSettings: () => ({}),
    },
    (start) =>
      runWorker(
        { ...PLAIN_SPEC, qemu: path, initrd },
        {
          start,
          signal: over.signal,
          onNote,
          onAwake: (connect, freeMiB) => {
            using = onAwake(connect, freeMiB).finally(() => {
              over.abort();
            });
          },
        },
      ),
  );
  await using;
}

describe('runWorker', () => {
  it.each([
    ['before', LISTENS, ''],
    ['after', '', `setTimeout(() => { ${LISTENS} }, 100);`],
  ])('tells of its memory, whether it says so %s it goes on', async (_, before, after) => {
    const told: number[] = [];
    await run(worker(before, after), async (connect, freeMiB) => {
      told.push(freeMiB);
      const stream = connect();
      stream.write('graph');
      const [answer] = await stream.take(1).toArray();
      expect(String(answer)).toBe('graph');
      stream.destroy();
    });
    expect(told).toEqual([269]);
  });

  it('fails when the machine ends by itself', async () => {
    const machine = worker(LISTENS, 'setTimeout(() => process.exit(3), 50);');
    await expect(run(machine, () => new Promise(() => undefined))).rejects.toMatchObject({
      code: 'ZOSIA_GUEST_DIED',
    });
  });
});
