import { basename } from 'node:path';
import * as v from 'valibot';
import { sha256 } from '../../image/sha256.js';
import { tryJson } from '../../json.js';
import { contentPart, digestPart, stampPart } from '../snapshot/file-parts.js';
import { hostCpu } from '../snapshot/host-cpu.js';
import { changedParts } from '../snapshot/record.js';
import type { SnapshotParts, SnapshotSubject } from '../snapshot/record.js';
import type { HostFactsCache } from '../qemu/host-facts-cache.js';
import { linuxArguments } from './arguments.js';
import { changedOptions } from './changed-options.js';
import type { RunRequest } from './request.js';
import type { LinuxMachineSpec } from './spec.js';

/** Changes whenever what a saved guest and its host say to each other does. */
const PROTOCOL = '1';

/** QEMU's version, and behind a space its digest. */
const QEMU_PART = 'QEMU';

const SIZE_PARTS: readonly string[] = ['RAM', 'processors'];

/** The words for llama.cpp, as JSON. */
const SETTINGS_PART = 'settings';
const WORDS = v.array(v.string());

/** What a session may have another of each time: a guest's console serves any terminal well enough. */
const TERMINAL_PART = 'terminal';

/**
 * Everything that makes a machine with a Linux guest what it is once it is ready.
 *
 * @param spec with the base initramfs, to which each run adds its request
 * @param request what it is booted with, which is nothing that a woken machine is told anew
 * @throws ZosiaError `ZOSIA_FILE_NOT_FOUND`, `ZOSIA_FILE_UNREADABLE`
 */
export async function snapshotParts(
  spec: LinuxMachineSpec,
  request: RunRequest,
  { qemuVersion, cache }: { readonly qemuVersion: string; readonly cache: HostFactsCache },
): Promise<SnapshotParts> {
  const { kernel, initrd, disk, accel, qemu } = spec;
  const [ofQemu, ofKernel, ofInitramfs, cpu, ...ofDisk] = await Promise.all([
    digestPart(qemu, cache),
    digestPart(kernel, cache),
    digestPart(initrd, cache),
    accel.name === 'tcg' ? 'emulated' : hostCpu(),
    ...partsOf(disk),
  ]);
  const rows = disk?.format === 'table' ? disk.rows : [];
  const { args, terminal, isPlain, ...rest } = request;
  return {
    protocol: PROTOCOL,
    [QEMU_PART]: `${qemuVersion} ${ofQemu}`,
    "the host's processor": cpu,
    kernel: ofKernel,
    initramfs: ofInitramfs,
    model: sha256(JSON.stringify([ofDisk, rows])),
    RAM: `${spec.ramMiB} MiB`,
    processors: String(spec.cpus),
    machine: JSON.stringify(linuxArguments(withoutPathsAndSizes(spec))),
    [SETTINGS_PART]: JSON.stringify(args),
    // The table's rows are part of the model.
    'chat template and reasoning': sha256(JSON.stringify({ ...rest, table: undefined })),
    [TERMINAL_PART]: [terminal?.term, isPlain].join(' '),
  };
}

/** What is not the same any more in a way that matters to a session, for people; with values where they tell. */
export function sessionChanges(before: SnapshotParts, now: SnapshotParts): string[] {
  return changedParts(before, now)
    .filter((part) => part !== TERMINAL_PART)
    .map((part) => {
      const values = changedValues(part, before[part], now[part]);
      return values === undefined ? part : `${part} (${values})`;
    });
}

function changedValues(part: string, before = 'none', now = 'none'): string | undefined {
  if (SIZE_PARTS.includes(part)) return `${before}, now ${now}`;
  if (part === SETTINGS_PART) {
    const [was, is] = [tryJson(WORDS, before), tryJson(WORDS, now)];
    return was && is && changedOptions(was, is);
  }
  const [was, is] = [before.split(' ')[0], now.split(' ')[0]];
  return part === QEMU_PART && was !== is ? `${was}, now ${is}` : undefined;
}

/** What such a machine is, for people. */
export function snapshotSubject(
  { arch, ramMiB, cpus, disk, modelName }: LinuxMachineSpec,
  { serve = false }: RunRequest,
): SnapshotSubject {
  const file =
    disk?.format === 'table' ? disk.files.find((path) => path !== disk.metadata) : disk?.path;
  const model = modelName ?? (file === undefined ? undefined : basename(file));
  return {
    arch,
    ramMiB,
    cpus,
    ...(model !== undefined && { model }),
    use: serve ? 'prompt' : 'chat',
  };
}

function partsOf(disk: LinuxMachineSpec['disk']): Promise<string>[] {
  if (!disk) return [];
  if (disk.format !== 'table') return [stampPart(disk.path)];
  // The metadata are written anew for each run: their stamp says nothing.
  return disk.files.map((path) => (path === disk.metadata ? contentPart(path) : stampPart(path)));
}

/** Where things lie is different in each run; sizes are parts of their own. */
function withoutPathsAndSizes(spec: LinuxMachineSpec): LinuxMachineSpec {
  const { disk } = spec;
  const named =
    disk?.format === 'table'
      ? { ...disk, files: disk.files.map(() => 'disk'), metadata: undefined }
      : disk && { ...disk, path: 'disk' };
  return { ...spec, ramMiB: 1, cpus: 1, kernel: 'kernel', initrd: 'initramfs', disk: named };
}
