// What is exported mentions Node's own types; a program that uses it need not ask for them itself.
/// <reference types="node" preserve="true" />
/**
 * Machines: QEMU with either guest, talked to, asked once, or booted in a mode; what they need of a host,
 * and the whole path from a model to a machine that is ready to start.
 *
 * @packageDocumentation
 */
export { hostFolders } from '../host/host-folders.js';
export type { HostFolders } from '../host/host-folders.js';
export { thisHost } from '../doctor/host.js';
export { verifyHost } from '../doctor/check.js';
export type { CheckOptions, DoctorReport } from '../doctor/check.js';
export { installMissing } from '../doctor/install.js';
export * from '../machine/machine.js';

// The whole path from a model to a machine that is ready to start.
export { describeLinuxMachine, prepareLinuxMachine } from '../prepare/linux.js';
export type {
  ReadyLinuxMachine,
  PrepareLinuxOptions,
  DescribedLinuxMachine,
  SplitModel,
} from '../prepare/linux.js';
export { describeEfiMachine, prepareEfiMachine } from '../prepare/efi.js';
export type { PrepareEfiOptions, ReadyEfiMachine } from '../prepare/efi.js';
export type { EfiRequest, NamedGguf } from '../prepare/efi-model.js';
export type { TemplateChoice } from '../recipes/efi/gguf-settings.js';
export { memoryByContext } from '../prepare/memory-by-context.js';
export type { ContextMemory } from '../prepare/memory-by-context.js';

// Whether a model fits this host, and which models do.
export { fitOf, readFitHost } from '../prepare/fit.js';
export type { Fit, FitHost, FitSubject, FitWishes, SmallerQuantisation } from '../prepare/fit.js';
export { suggestModels } from '../prepare/suggest.js';
export type { Suggestion, Suggestions, Unfit } from '../prepare/suggest.js';
export { estimateSpeed } from '../prepare/speed.js';
export type { MeasuredSpeed, SpeedEstimate, SpeedSubject } from '../prepare/speed.js';

// What the types above mention.
export type { SpeedClass } from '../models/catalogue/catalogue.js';
export type { BaseInit, GuestRole, KernelKind } from '../recipes/places.js';
export type { LlamaChoice } from '../recipes/llama-folder.js';
export { NGRAM_SPECULATIONS } from '../recipes/ngram-speculation.js';
export type { NgramSpeculation } from '../recipes/ngram-speculation.js';
export type { DownloadProgress } from '../artifacts/download.js';
export type { FoundRequirement } from '../doctor/check.js';
export type { HostFacts } from '../doctor/host-facts.js';
export type { DoctorHost } from '../doctor/host.js';
export type { InstallOptions } from '../doctor/install.js';
export type { HostPackages } from '../doctor/package-managers.js';
export type { Purpose } from '../doctor/requirement.js';
export type { TerminalInput } from '../machine/console/terminal.js';
export type { OutputConsumer } from '../machine/efi/run.js';

export { ACCELERATOR_NAMES } from '../machine/qemu/host-spec.js';
export type { SilencePlan } from '../machine/qemu/host-spec.js';
export type { QemuCall } from '../machine/qemu/process.js';
export type { AcceleratorFact, TriedFact } from '../doctor/host-facts.js';
export type { CommandResult } from '../doctor/host.js';
export type { PackageManager, Requirement } from '../doctor/requirement.js';
export type { AcceleratorVerdict } from '../machine/qemu/host-spec.js';
export type { RequiredFirmware, RequiredHeaders, RequiredProgram } from '../doctor/requirement.js';
export type { AskedSize, MachineSize } from '../machine/linux/default-size.js';
