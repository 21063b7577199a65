import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { InstantMachine } from '../../../src/machine/linux/instant.js';
import type { InstantPlan, SnapshotPlan } from '../../../src/machine/linux/instant-run.js';
import { snapshotSubject } from '../../../src/machine/linux/snapshot-parts.js';
import type { LinuxMachineSpec } from '../../../src/machine/linux/spec.js';
import { describeQemu } from '../../../src/machine/qemu/binary.js';
import { HostFactsCache } from '../../../src/machine/qemu/host-facts-cache.js';
import { HostRestore } from '../../../src/machine/snapshot/host-restore.js';
import { rememberRestore } from '../../../src/machine/snapshot/restore-verdict.js';
import type { LiveEnd } from '../../../src/machine/console/live-machine.js';
import type { SnapshotParts } from '../../../src/machine/snapshot/record.js';
import { SnapshotStore } from '../../../src/machine/snapshot/store.js';
import { makeFakeQemu } from './fake-qemu.js';
import type { FakeQemu } from './fake-qemu.js';
import { qmpMachine } from './fake-qmp.js';
import { PLAIN_SPEC } from './specs.js';

/**
 * JavaScript for `makeFakeQemu`: a machine that meets its host, can be saved, and goes on from what was saved.
 * Its guest shows what is typed; it powers off at `off`, and leaves a session at `leave`.
 *
 * @param changes JavaScript that runs first: has `isCopy`, and may replace `migrate(path, done)`, which sends
 *   the state and calls `done(status)`, and `onTyped(text)`
 */
function savedMachine(changes = ''): string {
  return `
${qmpMachine([])}
const net = require('node:net');
const isCopy = args.includes('-incoming');
const port = new net.Socket({ fd: 4 });
let status = isCopy ? 'inmigrate' : 'running';
let migration = { status: 'none' };
const end = () => { print('zosia: exit status=0\\r\\n'); process.exit(0); };
let migrate = (path, done) => {
  const socket = net.createConnection(path, () => socket.end('state'));
  socket.on('close', () => done({ status: 'completed' }));
};
let onTyped = (text) => {
  print('typed ' + text + '\\r\\n');
  if (text.includes('off')) end();
  if (text.includes('leave')) port.write('left\\n');
};
${changes}
onCommand = ({ execute, arguments: { uri = '' }, id }) => {
  const path = uri.slice('unix:'.length);
  const say = (answer = {}) => tell({ return: answer, id });
  if (execute === 'migrate-incoming') {
    const server = net.createServer((socket) => {
      server.close();
      socket.on('end', () => { status = 'paused'; }).resume();
    });
    server.listen(path, () => { say(); });
    return;
  }
  if (execute === 'migrate') migrate(path, (reached) => { migration = reached; });
  if (execute === 'query-migrate') say(migration);
  else if (execute === 'query-status') say({ status });
  else say();
  if (execute === 'quit') process.exit(0);
};
port.on('data', (bytes) => {
  if (bytes.length === 1) { port.write('left\\n'); return; }
  port.write('awake\\n');
  print('awake\\r\\n');
});
process.stdin.on('data', (bytes) => { onTyped(String(bytes)); });
if (!isCopy) { print('booted\\r\\n'); port.write('ready\\n'); }
`;
}

/** What a run of a machine has come to. */
export interface InstantEnd {
  readonly shown: string;
  readonly end: LiveEnd;
  readonly notes: readonly string[];
}

/** Machines whose QEMU is a fake, and whose saved machines lie in a folder of the test's. */
export class FakeInstant {
  readonly store: SnapshotStore;
  readonly #folder: string;
  parts: SnapshotParts = { kernel: 'k' };
  /** Whether machines are saved at all. */
  areKept = true;

  constructor(
    folder: string,
    readonly qemu: FakeQemu,
  ) {
    this.#folder = folder;
    this.store = new SnapshotStore(join(folder, 'cache'));
  }

  /** @param changes as of {@link savedMachine} */
  static async in(folder: string, changes?: string): Promise<FakeInstant> {
    return new FakeInstant(
      folder,
      await makeFakeQemu(join(folder, 'bin'), { machine: savedMachine(changes) }),
    );
  }

  /** For each start so far whether it was one of a copy. */
  async starts(): Promise<string[]> {
    const calls = await this.qemu.calls();
    return calls.map((args) => (args.includes('-incoming') ? 'copy' : 'boot'));
  }

  /** The folders of saved machines, and whatever else lies there. */
  saved(): Promise<string[]> {
    return readdir(this.store.folder);
  }

  /** Runs a machine at which something is typed before it is there. */
  async run(
    typed: string,
    changes: Partial<InstantPlan> & {
      readonly signal?: AbortSignal;
      readonly onShown?: (shown: string) => void;
    } = {},
  ): Promise<InstantEnd> {
    const { signal = new AbortController().signal, onShown, ...plan } = changes;
    const notes: string[] = [];
    const spec = { ...PLAIN_SPEC, qemu: this.qemu.path, ramMiB: 16, ports: ['zosia.control'] };
    const machine = new InstantMachine(
      {
        spec,
        folder: this.#folder,
        composeInitrd: () => Promise.resolve('initrd'),
        wakeSettings: () => ({}),
        snapshots: () => (this.areKept ? this.#snapshots(spec) : Promise.resolve(undefined)),
        onNote: (line) => void notes.push(line),
        ...plan,
      },
      signal,
    );
    machine.stdin.write(typed);
    let shown = '';
    for await (const bytes of machine.stdout) {
      shown += Buffer.from(bytes).toString();
      onShown?.(shown);
    }
    return { shown, end: await machine.ended, notes };
  }

  /** Plans them for a host that is known to restore machines. */
  async #snapshots(spec: LinuxMachineSpec): Promise<SnapshotPlan> {
    const machineType = 'virt-7.2';
    const cache = new HostFactsCache(join(this.#folder, 'cache'));
    const probe = { machine: spec, binary: await describeQemu(spec.qemu), machineType };
    await rememberRestore(probe, cache, { usable: true });
    return {
      store: this.store,
      parts: this.parts,
      machineType,
      subject: snapshotSubject(spec, { args: [] }),
      restore: await HostRestore.open(probe, cache, false),
    };
  }
}
