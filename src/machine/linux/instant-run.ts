import type { Duplex } from 'node:stream';
import type { HostRestore } from '../snapshot/host-restore.js';
import type { SnapshotParts, SnapshotSubject } from '../snapshot/record.js';
import type { SnapshotStore } from '../snapshot/store.js';
import type { KeptSession } from '../snapshot/kept-session.js';
import type { RunningMachine, WakeSettings } from './awake.js';
import type { LinuxMachineSpec } from './spec.js';

/** A machine that may be there at once, and what it takes to run it. */
export interface InstantPlan {
  /** With the ports of its kind, the control port first. */
  readonly spec: LinuxMachineSpec;
  /** Writes the initramfs with the run's request, for a machine that boots; resolves to its path. */
  readonly composeInitrd: () => Promise<string>;
  /** Called with the ports behind the control port when a machine boots: before its guest is ready. */
  readonly onBoot?: ((ports: readonly Duplex[]) => void) | undefined;
  /** A folder of this run's own, with a short path: sockets lie in it. */
  readonly folder: string;
  readonly wakeSettings: () => WakeSettings;
  /** Where saved machines are kept; undefined for a machine that is not saved. */
  readonly snapshots: () => Promise<SnapshotPlan | undefined>;
  /** The session that it goes on with. */
  readonly session?: KeptSession | undefined;
  /** Takes a line for the user. */
  readonly onNote: (line: string) => void;
}

export interface SnapshotPlan {
  readonly store: SnapshotStore;
  readonly parts: SnapshotParts;
  readonly machineType: string;
  readonly subject: SnapshotSubject;
  readonly restore: HostRestore;
  /** As of {@link readRoom}. */
  readonly budgetBytes?: number | undefined;
}

/** One run of a plan. */
export interface InstantRun {
  readonly plan: InstantPlan;
  /** Ends the machine when it aborts. */
  readonly signal: AbortSignal;
  /** Whether the guest has gone on from its rendezvous. */
  readonly isAwake: boolean;
  /** To be called when it has: what was typed meanwhile reaches it. */
  readonly goOn: (machine: RunningMachine) => void;
}
