import type { Duplex } from 'node:stream';
import { execa } from 'execa';
import {
  linuxArguments,
  resolveLinuxMachine,
  withRunInitrd,
} from '../../../src/machine/machine.js';
import type { RunRequest } from '../../../src/machine/machine.js';
import { HOST } from '../../support/host.js';
import { CPUS, RAM_MIB } from '../modes/guest.js';
import type { Guest } from '../modes/guest.js';

/** The ports of a machine that is met, by the numbers under which QEMU finds their other ends. */
const PORTS = { control: 3, server: 4, workers: 5 } as const;

const TIMEOUT_MS = 280_000;

/** What comes from a machine as text, and waits to be looked at. */
export class Incoming {
  #unseen = '';
  #ended = false;
  #wake: () => void = () => undefined;

  constructor(stream: NodeJS.ReadableStream) {
    stream.setEncoding('utf8');
    stream.on('data', (text: string) => {
      this.#unseen += text;
      this.#wake();
    });
    stream.on('close', () => {
      this.#ended = true;
      this.#wake();
    });
    stream.on('error', () => undefined);
  }

  /** What has come since the last wait. */
  get unseen(): string {
    return this.#unseen;
  }

  /** Waits until what has come since the last wait matches; returns that, up to the match's end. */
  async shows(pattern: RegExp, of = 'what came'): Promise<string> {
    const deadline = Date.now() + TIMEOUT_MS;
    for (;;) {
      const found = pattern.exec(this.#unseen);
      if (found) {
        const seen = this.#unseen.slice(0, found.index + found[0].length);
        this.#unseen = this.#unseen.slice(seen.length);
        return seen;
      }
      if (this.#ended || Date.now() >= deadline) {
        throw new Error(`${String(pattern)} never came; ${of}:\n${this.#unseen}`);
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 1000);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }
}

/** What the host says when it wakes a machine; see guest/init/README.md. */
export interface WakeMessage {
  readonly magic?: string;
  readonly timeMs?: number;
  readonly rows?: number;
  readonly columns?: number;
  readonly piped?: boolean;
  readonly session?: boolean;
}

export function wakeMessage(message: WakeMessage = {}): Buffer {
  const { magic = 'zosiawk1', timeMs = Date.now(), rows = 0, columns = 0 } = message;
  const bytes = Buffer.alloc(92, 0xa5);
  bytes.write(magic, 'latin1');
  bytes.writeBigUInt64LE(BigInt(Math.floor(timeMs / 1000)), 8);
  bytes.writeUInt32LE((timeMs % 1000) * 1_000_000, 16);
  bytes.writeUInt16LE(rows, 20);
  bytes.writeUInt16LE(columns, 22);
  bytes.writeUInt32LE((message.piped === true ? 1 : 0) | (message.session === true ? 2 : 0), 24);
  return bytes;
}

/** A machine whose host the test is: it has the machine's console and the other ends of its ports. */
export interface MetMachine {
  readonly console: Incoming;
  /** Types at the console. */
  readonly type: (keys: string) => void;
  readonly control: Incoming;
  /** Says something at the control port. */
  readonly say: (bytes: Uint8Array | string) => void;
  /** The host's end of the server's port. */
  readonly server: Duplex;
  /** Closes the other end of a port. */
  readonly hangUp: (port: keyof typeof PORTS) => void;
  /** Once the machine has ended. */
  readonly ended: () => Promise<void>;
}

/** Starts a machine, and ends it when `use` has. */
export async function withMachine<T>(
  guest: Guest,
  { disk, request, flags = '' }: { disk: string; request: Partial<RunRequest>; flags?: string },
  use: (machine: MetMachine) => Promise<T>,
): Promise<T> {
  return withRunInitrd({ initrd: guest.initrd }, { args: [], ...request }, async (initrd) => {
    const machine = await resolveLinuxMachine(
      {
        arch: guest.arch,
        accel: 'tcg',
        ramMiB: RAM_MIB,
        cpus: CPUS,
        append: flags,
        disk,
        defaults: { kernel: guest.kernel, initrd },
      },
      HOST,
    );
    const args = linuxArguments({ ...machine, console: { to: 'stdio' } });
    const qemu = execa(machine.qemu, [...args, ...portArguments()], {
      stdio: ['pipe', 'pipe', 'inherit', 'pipe', 'pipe', 'pipe'],
      buffer: false,
      reject: false,
    });
    const portOf = (name: keyof typeof PORTS): Duplex =>
      (qemu.stdio as readonly unknown[])[PORTS[name]] as Duplex;
    try {
      return await use({
        console: new Incoming(qemu.stdout),
        type: (keys) => void qemu.stdin.write(keys),
        control: new Incoming(portOf('control')),
        say: (bytes) => void portOf('control').write(bytes),
        server: portOf('server'),
        hangUp: (name) => portOf(name).destroy(),
        ended: async () => {
          await qemu;
        },
      });
    } finally {
      qemu.kill('SIGKILL');
      await qemu;
    }
  });
}

function portArguments(): string[] {
  return [
    ['-device', 'virtio-serial-pci'],
    ...Object.entries(PORTS).flatMap(([name, fd]) => [
      ['-chardev', `socket,id=${name},fd=${fd}`],
      ['-device', `virtserialport,chardev=${name},name=zosia.${name}`],
    ]),
  ].flat();
}
