import type { Duplex } from 'node:stream';
import { execa } from 'execa';
import type { Architecture } from '../../../src/artifacts/architectures.js';
import { EfiConsole } from '../../../src/machine/efi/console.js';
import { efiArguments, resolveEfiMachine } from '../../../src/machine/machine.js';
import { QMP_FILE_DESCRIPTOR, Qmp } from '../../../src/machine/qemu/qmp.js';
import { HOST } from '../../support/host.js';

const BOOT_MS = 280_000;

/**
 * Boots a disk whose application asks for texts, with the keyboard that a machine with a window has, and
 * presses keys at the first prompt, all together.
 *
 * @param keys QEMU's names of them (QAPI's QKeyCode)
 * @returns whether the guest then powered off by itself
 */
export async function powersOffAt(
  disk: string,
  arch: Architecture,
  keys: readonly string[],
): Promise<boolean> {
  const spec = await resolveEfiMachine({ arch, disk, cpus: 1 }, HOST);
  const args = efiArguments({
    ...spec,
    console: { to: 'stdio' },
    screen: { on: 'window', display: 'none' },
    isControlled: true,
  }).filter((argument) => argument !== '-no-shutdown');
  const qemu = execa(spec.qemu, args, {
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
    buffer: false,
    reject: false,
    timeout: BOOT_MS,
  });
  try {
    const control = qemu.stdio[QMP_FILE_DESCRIPTOR] as unknown as Duplex;
    const qmp = await Qmp.open(control, () => undefined);
    const watcher = new EfiConsole();
    let isPressed = false;
    for await (const bytes of qemu.stdout as AsyncIterable<Buffer>) {
      watcher.feed(bytes);
      if (isPressed || watcher.linesWanted === 0) continue;
      isPressed = true;
      await qmp.execute('send-key', { keys: keys.map((data) => ({ type: 'qcode', data })) });
    }
    const { exitCode, timedOut } = await qemu;
    return exitCode === 0 && !timedOut;
  } finally {
    qemu.kill();
  }
}
