import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { execa } from 'execa';
import type { Architecture } from '../../../src/artifacts/architectures.js';
import { withPrivateFolder } from '../../../src/host/private-folder.js';
import { efiArguments, resolveEfiMachine } from '../../../src/machine/machine.js';
import { HOST } from '../../support/host.js';

/** What came through the serial port of a machine that has powered off by itself. */
export interface Booted {
  /** The console's text, without control sequences. */
  readonly console: string;
  /** The answer, in the pieces that it came in: a token each. */
  readonly pieces: readonly Buffer[];
}

export interface BootOptions {
  readonly arch: Architecture;
  readonly ramMiB?: number;
  /** A model of processor, emulated; zosia's choice, on the accelerator of its choice, unless given. */
  readonly emulatedCpu?: string;
  /** How long nothing is read of what comes through the serial port; none unless given. */
  readonly heldUpMs?: number;
}

const BOOT_MS = 280_000;
/** Round each piece of the answer (guest/efi/firmware/answer.h). */
const [STX, ETX] = ['\x02', '\x03'];
const CONTROL_SEQUENCE = /\p{Cc}\[[0-9;=]*[A-Za-z]/gu;

/** Boots a disk whose settings end with `poweroff=1`. */
export async function bootDisk(disk: string, options: BootOptions): Promise<Booted> {
  const { arch, ramMiB, emulatedCpu, heldUpMs = 0 } = options;
  const memory = ramMiB === undefined ? {} : { ramMiB };
  const cpu = emulatedCpu === undefined ? {} : { accel: 'tcg', cpuModel: emulatedCpu };
  const spec = await resolveEfiMachine({ arch, disk, cpus: 2, ...memory, ...cpu }, HOST);
  const serial = await withPrivateFolder(async (folder) => {
    const path = join(folder, 'serial');
    const server = createServer({ pauseOnConnect: true });
    server.listen(path);
    try {
      await once(server, 'listening');
      const console = { to: 'backend', backend: `unix:${path}` } as const;
      const machine = execa(spec.qemu, efiArguments({ ...spec, console }), { timeout: BOOT_MS });
      const connected = once(server, 'connection') as Promise<[Socket]>;
      const [socket] = await Promise.race([connected, machine.then(() => connected)]);
      const [, bytes] = await Promise.all([machine, readLater(socket, heldUpMs)]);
      return bytes.toString('latin1');
    } finally {
      server.close();
    }
  });
  const [start, ...rest] = serial.split(STX);
  const parts = rest.map((part) => part.split(ETX));
  const console = [start, ...parts.map(([, shown]) => shown)].join('');
  return {
    console: console.replace(CONTROL_SEQUENCE, '').replaceAll('\r\n', '\n'),
    pieces: parts.map(([piece]) => Buffer.from(piece!, 'latin1')),
  };
}

async function readLater(socket: Socket, heldUpMs: number): Promise<Buffer> {
  await delay(heldUpMs);
  const pieces: Buffer[] = [];
  for await (const piece of socket) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}
