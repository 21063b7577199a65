/** What other layers use of this one. */
export { parseAccelerator } from './accelerator/accelerator.js';
export type { AcceleratorChoice } from './accelerator/accelerator.js';
export type { AcceleratorName, ResolvedAccel } from './qemu/host-spec.js';
export type { ConsoleIo } from './console/console-io.js';

export { findQemu } from './qemu/binary.js';
export type { QemuBinary } from './qemu/binary.js';
export { formatCommand } from '../shell-word.js';
export type { ConsoleTarget, HostSpec, MachineDisk } from './qemu/host-spec.js';
export { howItEnded } from './qemu/process.js';
export type { QemuEnd } from './qemu/process.js';
export { checkFitsHost, hostFreeMiB, ramForModelMiB } from './qemu/memory.js';
export type { ModelMemory } from './qemu/memory.js';
export { defaultSize } from './linux/default-size.js';
export type { HostCapacity } from './linux/default-size.js';
export type { HostOptions } from './resolve-host.js';
export { runToEnd } from './qemu/run-to-end.js';
export type { MachineEnd, RunToEndOptions } from './qemu/run-to-end.js';

export type { AnswerEnd, AnswerReport } from './llama-server/answer.js';
export { bootModeSpec, parseFacts, runBootMode } from './linux/boot-mode.js';
export type { BootMode, BootModeOptions, BootModeResult } from './linux/boot-mode.js';
export { GUEST_MARKERS } from './linux/guest-markers.js';
export type { LiveEnd, LiveMachine } from './console/live-machine.js';
export type { SessionEnd } from './console/session.js';
export type { Question } from './llama-server/ask.js';
export type { SamplingSettings, SplitArguments } from './llama-server/arguments.js';
export type { RunningMachine, WakeSettings } from './linux/awake.js';
export type { InstantMachine } from './linux/instant.js';
export type { InstantPlan, InstantRun, SnapshotPlan } from './linux/instant-run.js';
export type { WakeMessage } from './linux/wake-message.js';
export type { SessionOptions } from './linux/session.js';
export type { ControlPort, GuestWord } from './linux/control-port.js';
export type { ControlledQemu } from './qemu/controlled.js';
export type { MemoryFile } from './qemu/host-spec.js';
export type { Qmp, QmpListener } from './qemu/qmp.js';
export type { TemporaryFolder } from '../host/temporary.js';
export type { LentSnapshot, SnapshotStore, StoredSnapshot } from './snapshot/store.js';
export type { Snapshot } from './snapshot/files.js';
export type { HostRestore } from './snapshot/host-restore.js';
export type { RestoreProbe } from './snapshot/probe.js';
export type { RestoreVerdict, VerdictSubject } from './snapshot/restore-verdict.js';
export type {
  SnapshotParts,
  SnapshotRecord,
  SnapshotSubject,
  SnapshotUse,
} from './snapshot/record.js';
export type { SessionStore, StoredSession } from './snapshot/sessions.js';
export type { KeptSession } from './snapshot/kept-session.js';
export { splitArguments } from './llama-server/arguments.js';
export { SERVER_PORT_NAME, withInstantStart } from './linux/instant-start.js';
export type { InstantOptions, SnapshotSettings, StartInstant } from './linux/instant-start.js';
export { runInteractive } from './linux/session.js';
export type { LinuxMachineSpec } from './linux/spec.js';
export { runWorker } from './linux/served.js';
export type { ServingOptions, WorkerOptions } from './linux/served.js';
export type { Workers } from './linux/workers.js';
export { runOneShot } from './linux/one-shot.js';
export type { OneShotOptions, OneShotResult } from './linux/one-shot.js';
export { linuxArguments } from './linux/arguments.js';
export { MAX_MAPPED_FILES } from './linux/mapped-disk.js';
export { MAX_WORKERS, composeInitrd, withRunInitrd } from './linux/request.js';
export type { RunRequest, TerminalSize } from './linux/request.js';
export { requireKernel, resolveLinuxMachine } from './linux/resolve.js';
export type { LinuxMachineOptions } from './linux/resolve.js';
export { WAIT_POLICIES, waitFlags } from './linux/wait-policy.js';
export type { WaitPolicy } from './linux/wait-policy.js';

export { efiArguments } from './efi/arguments.js';
export { runEfi } from './efi/run.js';
export type { EfiRunEnd, EfiRunOptions } from './efi/run.js';
export { runEfiInteractive } from './efi/session.js';
export type { EfiMachineSpec, EfiScreen } from './efi/spec.js';
export { findFirmware } from './firmware/find.js';
export type { FirmwareHost, FirmwareSearch } from './firmware/find.js';
export type { Firmware, FirmwareFile } from './firmware/firmware.js';
export { resolveEfiMachine } from './efi/resolve.js';
export type { EfiMachineOptions } from './efi/resolve.js';
export type { Screenshot } from './efi/screenshot.js';
