import type { Duplex, Readable, Writable } from 'node:stream';
import { execa } from 'execa';
import { PIPED_QEMU, endOf, qemuCommand } from './process.js';
import type { QemuCall, QemuEnd } from './process.js';
import { QMP_FILE_DESCRIPTOR, Qmp } from './qmp.js';

/** QEMU finds its ends of the ports' sockets under the numbers from here on. */
const FIRST_PORT_FILE_DESCRIPTOR = QMP_FILE_DESCRIPTOR + 1;

/** A machine that is told what to do while it runs. */
export interface ControlledQemu {
  /** The guest's console. */
  readonly stdin: Writable;
  readonly stdout: Readable;
  /** Rejects with `ZOSIA_QMP_FAILED` when QEMU does not come to be told anything. */
  readonly qmp: Promise<Qmp>;
  /** This side of the sockets that {@link portArguments} names, by number. */
  readonly ports: readonly Duplex[];
  /** Resolves when QEMU has ended, however it did. */
  readonly ended: Promise<QemuEnd>;
}

/** QEMU's arguments for being told what to do. */
export const QMP_ARGUMENTS: readonly string[] = [
  ['-chardev', `socket,id=qmp,fd=${QMP_FILE_DESCRIPTOR}`],
  ['-mon', 'chardev=qmp,mode=control'],
].flat();

/**
 * QEMU's arguments for serial ports of virtio, whose other ends are {@link ControlledQemu.ports}.
 *
 * @param names by which the guest finds them
 */
export function portArguments(names: readonly string[]): string[] {
  if (names.length === 0) return [];
  const ports = names.flatMap((name, number) => [
    ['-chardev', `socket,id=port${number},fd=${FIRST_PORT_FILE_DESCRIPTOR + number}`],
    ['-device', `virtserialport,chardev=port${number},name=${name}`],
  ]);
  return [['-device', 'virtio-serial-pci'], ...ports].flat();
}

/**
 * Starts a machine whose console is on pipes.
 *
 * @param call with {@link QMP_ARGUMENTS}, and {@link portArguments} for as many ports
 * @param signal ends QEMU when it aborts
 * @param outlivesTerminal whether the end of the terminal that zosia is on does not end QEMU, too: it is one of
 *   its processes otherwise, and gets SIGHUP then
 */
export function startControlled(
  call: QemuCall,
  {
    portCount,
    signal,
    outlivesTerminal = false,
  }: {
    readonly portCount: number;
    readonly signal: AbortSignal;
    readonly outlivesTerminal?: boolean | undefined;
  },
): ControlledQemu {
  const [program, ...args] = qemuCommand(call);
  const sockets = Array.from({ length: 1 + portCount }, () => 'pipe' as const);
  const qemu = execa(program, args, {
    ...PIPED_QEMU,
    stdio: [...PIPED_QEMU.stdio, ...sockets],
    buffer: {
      ...PIPED_QEMU.buffer,
      ...Object.fromEntries(
        sockets.map((_, number) => [`fd${QMP_FILE_DESCRIPTOR + number}`, false]),
      ),
    },
    cancelSignal: signal,
    detached: outlivesTerminal,
  });
  const ended = qemu.then(endOf);
  const [qmpSocket, ...ports] = qemu.stdio
    .slice(QMP_FILE_DESCRIPTOR)
    .map((stream) => stream as unknown as Duplex);
  // A guest that is gone reads no more; how it went is told by its exit.
  for (const stream of [qemu.stdin, ...ports]) stream.on('error', () => undefined);
  // A copy's console is read once its guest goes on, and execa throws away what nobody reads at once.
  qemu.stdout.pause();
  const qmp = Qmp.open(qmpSocket!);
  qmp.catch(() => undefined);
  return { stdin: qemu.stdin, stdout: qemu.stdout, qmp, ports, ended };
}
