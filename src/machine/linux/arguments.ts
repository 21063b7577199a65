import { ZosiaError } from '../../errors.js';
import { option, wording } from '../../wording.js';
import { mappedDiskArguments } from './mapped-disk.js';
import type { LinuxMachineSpec } from './spec.js';
import { consoleArguments, diskArguments, hostArguments } from '../qemu/arguments.js';
import { firmwareArguments } from '../firmware/arguments.js';
import { QMP_ARGUMENTS, portArguments } from '../qemu/controlled.js';
import { INCOMING } from '../snapshot/restore.js';
import { PLATFORMS } from '../qemu/platform.js';

/**
 * Random numbers of the host's. Without them a kernel on a processor that makes none gathers its first ones from
 * the jitter of its timer, for seconds, and whatever asks for one waits.
 */
const RANDOM = [
  ['-object', 'rng-builtin,id=random'],
  ['-device', 'virtio-rng-pci,rng=random'],
].flat();

/**
 * QEMU's arguments for a machine with a Linux guest; see {@link hostArguments}.
 *
 * @throws ZosiaError `ZOSIA_COMMAND_LINE_TOO_LONG`
 */
export function linuxArguments(spec: LinuxMachineSpec): string[] {
  return [
    hostArguments(spec),
    spec.firmware ? firmwareArguments(spec.firmware, spec.accel.name) : [],
    spec.bios === undefined ? [] : ['-bios', spec.bios],
    consoleArguments(spec.console),
    spec.ports ? [...QMP_ARGUMENTS, ...portArguments(spec.ports)] : [],
    linuxDiskArguments(spec.disk),
    RANDOM,
    ['-kernel', spec.kernel],
    ['-initrd', spec.initrd],
    ['-append', kernelCommandLine(spec)],
    spec.isIncoming ? INCOMING : [],
  ].flat();
}

function linuxDiskArguments(disk: LinuxMachineSpec['disk']): string[] {
  if (disk === undefined) return [];
  return disk.format === 'table' ? mappedDiskArguments(disk) : diskArguments(disk);
}

/** COMMAND_LINE_SIZE of both architectures (arch/x86, arch/arm64: setup.h), less its NUL. */
const MAX_COMMAND_LINE_BYTES = 2047;
/** What EDK II's firmware adds for a kernel with an initramfs (QemuLoadImageLib). */
const FIRMWARE_WORDS = ' initrd=initrd';

/**
 * - `quiet loglevel=3`: only errors of the kernel reach the console.
 * - `panic=-1`: a panic resets the machine at once, which `-no-reboot` turns into its end.
 * - `cryptomgr.notests`: the self-tests of ciphers that nothing here uses hold up a boot by 0.2 s.
 * - `nowatchdog`: a machine that its host held up for 20 s has no soft lockup, whatever the kernel would
 *   print on the console.
 * - `lpj`: x86_64 counts for each processor how many turns of a loop it makes in a tick, which takes 0.1 s each
 *   under TCG, and several times as long on a busy host. The value is one of 4 GHz at 100 ticks a second:
 *   what waits by it waits no shorter than it wants to. With KVM the kernel knows, and need not count.
 * - `random.trust_cpu`: the processor's random numbers will do. Otherwise a kernel with jump labels, as Debian's,
 *   learns later that there are enough of them, and patches its own code for that while other processors
 *   run it: under TCG one of them may take the breakpoint that stands there meanwhile for a fault, which ends
 *   in a panic.
 * - `no_timer_check`: x86_64 panics when a few timer ticks do not come within some 10 ms, as on a busy
 *   host ("IO-APIC + timer doesn't work!"). As a guest of KVM the kernel leaves that check out by itself.
 */
function kernelCommandLine({ arch, accel, append, firmware }: LinuxMachineSpec): string {
  const words = [
    `console=${PLATFORMS[arch].consoleDevice}`,
    'quiet loglevel=3 panic=-1 cryptomgr.notests nowatchdog',
    arch === 'x86_64' ? 'no_timer_check random.trust_cpu=1' : '',
    arch === 'x86_64' && accel.name === 'tcg' ? 'lpj=40000000' : '',
    append,
  ];
  const line = words.filter((word) => word !== '').join(' ');
  const lengthBytes = Buffer.byteLength(line);
  const mostBytes = MAX_COMMAND_LINE_BYTES - (firmware ? FIRMWARE_WORDS.length : 0);
  if (lengthBytes <= mostBytes) return line;
  throw new ZosiaError(
    'ZOSIA_COMMAND_LINE_TOO_LONG',
    `the kernel command line has ${lengthBytes} bytes, and the kernel reads ${mostBytes}`,
    { hint: wording`Shorten ${option('append')}, or the arguments for llama.cpp.` },
  );
}
