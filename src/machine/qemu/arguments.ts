import type { ConsoleTarget, HostSpec, MachineDisk } from './host-spec.js';
import { PLATFORMS } from './platform.js';

/** QEMU's interrupt controller for the virt machine serves eight processors unless it is version 3. */
const GIC_V2_MAX_CPUS = 8;

/** System calls that a machine without network, hotplug and helpers never needs. */
const SANDBOX = 'on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny';
/** A window's libraries start threads at priorities of their own, and helper programs. */
const WINDOW_SANDBOX = 'on,obsolete=deny,elevateprivileges=deny';

/**
 * QEMU's arguments for what any machine has. Nothing that is not named exists in it: no network, no
 * default devices, no monitor, no user configuration.
 *
 * @param window QEMU's `-display` for a window; there is none unless given
 */
export function hostArguments(spec: HostSpec, window?: string): string[] {
  const { accel, sandbox, exitWithParent } = spec;
  return [
    ['-nodefaults'],
    ['-no-user-config'],
    ['-display', window ?? 'none'],
    ['-nic', 'none'],
    ['-no-reboot'],
    sandbox ? ['-sandbox', window === undefined ? SANDBOX : WINDOW_SANDBOX] : [],
    exitWithParent ? ['-run-with', 'exit-with-parent=on'] : [],
    ['-machine', machineType(spec)],
    ['-accel', accel.options ? `${accel.name},${accel.options}` : accel.name],
    ['-cpu', spec.cpuModel],
    ['-smp', String(spec.cpus)],
    ['-m', `${spec.ramMiB}M`],
    memoryArguments(spec),
  ].flat();
}

export function consoleArguments(target: ConsoleTarget): string[] {
  if (target.to === 'backend') return ['-serial', target.backend];
  const chardev =
    target.to === 'stdio'
      ? 'stdio,id=console,signal=off'
      : `file,id=console,path=${optionValue(target.path)}`;
  return ['-chardev', chardev, '-serial', 'chardev:console'];
}

/** The file's driver is named so that QEMU never takes a colon in the path for a protocol. */
export function diskArguments({ path, format }: MachineDisk): string[] {
  return [
    ['-blockdev', `driver=file,node-name=model-file,read-only=on,filename=${optionValue(path)}`],
    ['-blockdev', `driver=${format},node-name=model,read-only=on,file=model-file`],
    ['-device', 'virtio-blk-pci,drive=model'],
  ].flat();
}

/** QEMU's options end at a comma; two commas stand for one. */
export const optionValue = (text: string): string => text.replaceAll(',', ',,');

function machineType({ arch, cpus, memory, machineType: type }: HostSpec): string {
  return [
    type ?? PLATFORMS[arch].machineType,
    ...(arch === 'aarch64' && cpus > GIC_V2_MAX_CPUS ? ['gic-version=max'] : []),
    ...(memory ? [`memory-backend=${MEMORY_ID}`] : []),
  ].join(',');
}

const MEMORY_ID = 'memory';

function memoryArguments({ memory, ramMiB }: HostSpec): string[] {
  if (!memory) return [];
  const share = memory.isShared ? 'on' : 'off';
  const file = `size=${ramMiB}M,share=${share},mem-path=${optionValue(memory.path)}`;
  return ['-object', `memory-backend-file,id=${MEMORY_ID},${file}`];
}
