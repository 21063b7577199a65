import { join } from 'node:path';
import { withSocketFolder } from '../../host/private-folder.js';
import { describeQemu } from '../qemu/binary.js';
import { qemuFacts } from '../qemu/facts.js';
import { HostFactsCache } from '../qemu/host-facts-cache.js';
import { versionedMachineType } from '../qemu/platform.js';
import { HostRestore } from '../snapshot/host-restore.js';
import { snapshotKey } from '../snapshot/record.js';
import { SessionStore } from '../snapshot/sessions.js';
import type { KeptSession } from '../snapshot/kept-session.js';
import { SnapshotStore } from '../snapshot/store.js';
import type { WakeSettings } from './awake.js';
import { CONTROL_PORT_NAME } from './control-port.js';
import { InstantMachine } from './instant.js';
import type { SnapshotPlan } from './instant-run.js';
import { composeInitrd } from './request.js';
import type { RunRequest } from './request.js';
import type { LinuxMachineSpec } from './spec.js';
import { WORKERS_PORT_NAME, leadToWorkers } from './workers.js';
import type { Workers } from './workers.js';
import { snapshotParts, snapshotSubject } from './snapshot-parts.js';

/** The name by which the guest finds the port of its server. */
export const SERVER_PORT_NAME = 'zosia.server';

/** How machines are kept for the next time. */
export interface SnapshotSettings {
  /** The user's, where saved machines lie. */
  readonly cacheDirectory: string;
  /** Whether machines are saved, and saved ones used. */
  readonly areKept: boolean;
  /** Whether one that was saved before is thrown away first. */
  readonly isFresh: boolean;
  /** A tenth of the free disk, at most 20 GiB, unless given. */
  readonly budgetBytes?: number | undefined;
}

export interface InstantOptions {
  readonly request: RunRequest;
  readonly snapshots: SnapshotSettings;
  /** Ports of the guest's besides the control port. */
  readonly ports?: readonly string[] | undefined;
  /** Machines that compute for it: it is neither saved nor goes on with a session. */
  readonly workers?: Workers | undefined;
  /** The name of the session that it goes on with. */
  readonly session?: string | undefined;
  /** What a machine that goes on is told at that moment. */
  readonly wakeSettings: () => WakeSettings;
  readonly onNote: (line: string) => void;
}

/** Starts a machine; see {@link InstantMachine}. @param signal ends it */
export type StartInstant = (spec: LinuxMachineSpec, signal: AbortSignal) => InstantMachine;

/**
 * Lends what starts machines that are there at once when they have been saved before.
 *
 * @param use what it starts has ended when `use` has
 * @throws ZosiaError as `SessionStore.open`; whatever `use` throws
 */
export async function withInstantStart<T>(
  options: InstantOptions,
  use: (start: StartInstant) => Promise<T>,
): Promise<T> {
  return withSession(options, (session) =>
    withSocketFolder((folder) => use(starterIn(folder, options, session))),
  );
}

async function withSession<T>(
  { session: name, snapshots }: InstantOptions,
  use: (session: KeptSession | undefined) => Promise<T>,
): Promise<T> {
  if (name === undefined) return use(undefined);
  const session = await new SessionStore(snapshots.cacheDirectory).open(name);
  try {
    return await use(session);
  } finally {
    await session.giveBack();
  }
}

function starterIn(
  folder: string,
  options: InstantOptions,
  session: KeptSession | undefined,
): StartInstant {
  return (given, signal) => {
    const { onNote, wakeSettings, snapshots, workers, ports = [] } = options;
    const ofWorkers = workers ? [WORKERS_PORT_NAME] : [];
    const spec = { ...given, ports: [CONTROL_PORT_NAME, ...ports, ...ofWorkers] };
    const request = requestOf(spec, { ...options.request, workers: workers?.count });
    return new InstantMachine(
      {
        spec,
        folder,
        onNote,
        session,
        wakeSettings,
        onBoot:
          workers &&
          ((opened) => {
            leadToWorkers(opened[ports.length]!, workers);
          }),
        composeInitrd: async () => {
          const path = join(folder, 'initrd');
          await composeInitrd(spec.initrd, request, path, signal);
          return path;
        },
        snapshots: () => planOf(spec, request, snapshots),
      },
      signal,
    );
  };
}

/** What a machine boots with: what a woken one is told anew is left out. */
function requestOf({ disk }: LinuxMachineSpec, request: RunRequest): RunRequest {
  const { terminal } = request;
  return {
    ...request,
    sealed: true,
    wake: true,
    piped: false,
    terminal: terminal && { ...terminal, rows: 24, columns: 80 },
    table: disk?.format === 'table' ? disk.rows : undefined,
  };
}

/**
 * What a machine that others compute for has of them are connections: a copy of it would find them closed, and its
 * part of the model gone with them. A worker has nothing that took time to get ready, and another machine's model
 * in its memory later.
 */
async function planOf(
  spec: LinuxMachineSpec,
  request: RunRequest,
  { cacheDirectory, areKept, isFresh, budgetBytes }: SnapshotSettings,
): Promise<SnapshotPlan | undefined> {
  if (!areKept || request.worker === true || request.workers !== undefined) return undefined;
  const cache = new HostFactsCache(cacheDirectory);
  const binary = await describeQemu(spec.qemu);
  const { version } = await qemuFacts(binary, cache);
  const machineType = versionedMachineType(spec.arch, version);
  const [parts, restore] = await Promise.all([
    snapshotParts(spec, request, { qemuVersion: version.join('.'), cache }),
    HostRestore.open({ machine: spec, binary, machineType }, cache, isFresh),
  ]);
  const store = new SnapshotStore(cacheDirectory);
  if (isFresh) await store.remove(snapshotKey(parts));
  const subject = snapshotSubject(spec, request);
  return { store, parts, machineType, subject, restore, budgetBytes };
}
