import type { MachineDisk, MachineSpec } from './machine-spec.js';
import { PLATFORMS } from '../qemu/platform.js';

/** The name by which the guest finds the port for its answer. */
export const ANSWER_PORT_NAME = 'zosia.answer';

/** QEMU's interrupt controller for the virt machine serves eight processors unless it is version 3. */
const GIC_V2_MAX_CPUS = 8;

/**
 * QEMU's arguments for a machine. Nothing that is not named here exists in it: no network, no display,
 * no default devices, no monitor, no user configuration.
 *
 * @throws RangeError when console and answer would share QEMU's stdout
 */
export function qemuArguments(spec: MachineSpec): string[] {
  const { accel, console: target } = spec;
  if (spec.answerPort && target.to !== 'file') {
    throw new RangeError('with an answer port the console goes to a file');
  }
  return [
    ...['-nodefaults', '-no-user-config', '-display', 'none', '-nic', 'none', '-no-reboot'],
    ...(spec.sandbox ? ['-sandbox', SANDBOX] : []),
    ...['-machine', machineType(spec)],
    ...['-accel', accel.options ? `${accel.name},${accel.options}` : accel.name],
    ...['-cpu', spec.cpuModel],
    ...['-smp', String(spec.cpus), '-m', `${spec.ramMiB}M`],
    ...consoleArguments(spec),
    ...(spec.answerPort ? ANSWER_PORT : []),
    ...(spec.disk ? diskArguments(spec.disk) : []),
    ...['-kernel', spec.kernel, '-initrd', spec.initrd, '-append', kernelCommandLine(spec)],
  ];
}

/** System calls that a machine without network, hotplug and helpers never needs. */
const SANDBOX = 'on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny';

const ANSWER_PORT = [
  ...['-chardev', 'stdio,id=answer,signal=off'],
  ...['-device', 'virtio-serial-pci'],
  ...['-device', `virtserialport,chardev=answer,name=${ANSWER_PORT_NAME}`],
];

function machineType({ arch, cpus }: MachineSpec): string {
  const { machineType: type } = PLATFORMS[arch];
  return arch === 'aarch64' && cpus > GIC_V2_MAX_CPUS ? `${type},gic-version=max` : type;
}

function consoleArguments({ console: target }: MachineSpec): string[] {
  if (target.to === 'backend') return ['-serial', target.backend];
  const chardev =
    target.to === 'stdio'
      ? 'stdio,id=console,signal=off'
      : `file,id=console,path=${optionValue(target.path)}`;
  return ['-chardev', chardev, '-serial', 'chardev:console'];
}

/** The file's driver is named so that QEMU never takes a colon in the path for a protocol. */
function diskArguments({ path, format }: MachineDisk): string[] {
  return [
    ...['-blockdev', `driver=file,node-name=model-file,read-only=on,filename=${optionValue(path)}`],
    ...['-blockdev', `driver=${format},node-name=model,read-only=on,file=model-file`],
    ...['-device', 'virtio-blk-pci,drive=model'],
  ];
}

/** QEMU's options end at a comma; two commas stand for one. */
const optionValue = (text: string): string => text.replaceAll(',', ',,');

/**
 * - `quiet loglevel=3`: only errors of the kernel reach the console.
 * - `panic=-1`: a panic resets the machine at once, which `-no-reboot` turns into its end.
 * - `cryptomgr.notests`: the self-tests of ciphers that nothing here uses hold up a boot by 0.2 s.
 */
function kernelCommandLine({ arch, append }: MachineSpec): string {
  const words = [
    `console=${PLATFORMS[arch].consoleDevice}`,
    ...['quiet', 'loglevel=3', 'panic=-1', 'cryptomgr.notests'],
  ];
  return [...words, ...(append === '' ? [] : [append])].join(' ');
}
