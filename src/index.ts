// What is exported mentions Node's own types; a program that uses it need not ask for them itself.
/// <reference types="node" preserve="true" />
/**
 * zosia as a library: everything the command line does, importable. Images are planned as lists of
 * segments (`planExt4`, `planFat`, `planCpio`, ...) and then written, read, hashed or measured by whatever
 * takes an {@link Image}. The order below is that of the rooms in docs/architecture.md, lowest first.
 *
 * @packageDocumentation
 */
export { ZosiaError } from './errors.js';
export type { ZosiaErrorCode } from './errors.js';
export { option, OptionName, Wording, wording } from './wording.js';
export type { Text, WordFor } from './wording.js';

// Images: what every format plans, and what is done with a plan.
export { bytesSegment, flatten, makeImage } from './image/image.js';
export type { Image, LeafSegment, Segment, Source } from './image/image.js';
export { bytesData, fileData, holeData } from './image/file-data.js';
export { accessBytes } from './image/random-access.js';
export { accessFile } from './host/access-file.js';
export type { OpenRandomAccess, RandomAccess } from './image/random-access.js';
export { openPlan } from './host/image-reader.js';
export { writeRaw } from './host/raw-writer.js';
export type { WriteRawOptions } from './host/raw-writer.js';
export { digestImage } from './host/digest.js';
export { makeOutputFolder, writeOutput } from './host/output-file.js';
export type { OutputOptions } from './host/output-file.js';

// File systems and partition tables.
export { planExt4 } from './formats/ext4/plan.js';
export type { Ext4Entry } from './formats/ext4/entry.js';
export type { Ext4Options } from './formats/ext4/options.js';
export { planFat } from './formats/fat/plan.js';
export type { FatAttributes, FatEntry, FatOptions, FatType } from './formats/fat/plan.js';
export { FatReader, openFat } from './formats/fat/reader/reader.js';
export type {
  FatBootSector,
  FatNamed,
  FatRange,
  FatStat,
  FatTarget,
  FatWalked,
} from './formats/fat/reader/reader.js';
export { checkFat } from './formats/fat/check/checker.js';
export type { FatCheckOptions, FatReport, FatSummary } from './formats/fat/check/checker.js';
export type { Finding } from './formats/findings.js';
export { GPT_TYPE } from './formats/gpt/layout.js';
export { FIRST_PARTITION_OFFSET, planGpt } from './formats/gpt/plan.js';
export type { GptOptions, GptPartition } from './formats/gpt/plan.js';
export { readPartitionTable } from './formats/gpt/reader.js';
export type { Partition, PartitionTable } from './formats/gpt/reader.js';
export { planVmdk } from './formats/vmdk/writer.js';
export type { VmdkOptions, VmdkPlan } from './formats/vmdk/writer.js';

// Archives and programs.
export { planCpio } from './formats/cpio/writer.js';
export type { CpioEntry } from './formats/cpio/writer.js';
export { readCpio } from './formats/cpio/reader.js';
export type { CpioMember } from './formats/cpio/reader.js';
export { gunzip } from './formats/compression/gunzip.js';
export { gzip } from './formats/compression/gzip.js';
export { readDeb } from './formats/deb/deb.js';
export type { DebEntry } from './formats/deb/deb.js';
export { readElf } from './formats/elf/elf.js';
export type { ElfInfo } from './formats/elf/elf.js';
export { loadOrder, parseModulesDep } from './formats/kmod/modules-dep.js';

// Models: GGUF, and llama2.c's checkpoints, tokenizers and settings.
export { checkGguf } from './formats/gguf/check.js';
export { readGguf } from './formats/gguf/reader.js';
export type { GgufHeader, GgufTensor } from './formats/gguf/reader.js';
export { describeModel, kvCacheBytes } from './formats/gguf/model-info.js';
export type { ModelInfo } from './formats/gguf/model-info.js';
export {
  accessEncoded,
  encodeWeights,
  WEIGHT_TYPES,
  weightTypeFor,
} from './formats/gguf/weights.js';
export type { WeightType } from './formats/gguf/weights.js';
export { planGguf } from './formats/gguf/writer.js';
export type { GgufPlan, TensorPlan } from './formats/gguf/writer.js';
export { readCheckpoint } from './formats/llama2c/checkpoint.js';
export type {
  Checkpoint,
  CheckpointConfig,
  CheckpointTensor,
} from './formats/llama2c/checkpoint.js';
export { readTokenizer } from './formats/llama2c/tokenizer.js';
export type { Token, Tokenizer } from './formats/llama2c/tokenizer.js';
export { planTokenizer } from './formats/llama2c/tokenizer-writer.js';
export { checkpointLayout, planCheckpoint } from './formats/llama2c/checkpoint-writer.js';
export type { CheckpointLayout } from './formats/llama2c/checkpoint-writer.js';
export {
  BOS_ID,
  byteText,
  EOS_ID,
  FIRST_BYTE_ID,
  FIRST_TEXT_ID,
  SPECIAL_TEXTS,
} from './formats/llama2c/special-tokens.js';
export { NORM_EPSILON, ROPE_BASE } from './formats/llama2c/run-constants.js';
export { planLlama2cGguf } from './formats/llama2c/to-gguf.js';
export type { Llama2cGgufOptions } from './formats/llama2c/to-gguf.js';
export { DEFAULT_EFI_SETTINGS } from './formats/llama2c/settings/settings.js';
export type { EfiSettings } from './formats/llama2c/settings/settings.js';
export { formatSettings, parseSettings } from './formats/llama2c/settings/file.js';

// What is fetched, and what ships built.
export { ARCHITECTURES, hostArchitecture, parseArchitecture } from './artifacts/architectures.js';
export type { Architecture } from './artifacts/architectures.js';
export { fetchComponents } from './artifacts/fetch.js';
export type { FetchedPackage, FetchOptions } from './artifacts/fetch.js';
export { prebuiltProgram } from './artifacts/prebuilt.js';
export type { PrebuiltProgram } from './artifacts/prebuilt.js';

// Looking into images.
export { openImage, openTree } from './inspect/open-image.js';
export type { ImageContent, OpenImage, OpenImageOptions } from './inspect/open-image.js';
export type { ImageNode, ImageTree } from './inspect/node.js';
export type { DiskPartition, DiskTable } from './inspect/partition.js';
export { inspectImage } from './inspect/inspect.js';
export type { Inspection } from './inspect/inspect.js';
export { listFiles } from './inspect/list.js';
export type { ListedFile } from './inspect/list.js';
export { openFile } from './inspect/open-file.js';
export { extractFiles } from './inspect/extract.js';
export type { ExtractOptions, ExtractSummary } from './inspect/extract.js';
export { verifyImage } from './inspect/verify.js';
export type { PartitionsVerification, Verification, VerifyOptions } from './inspect/verify.js';
export type { CpioVerification } from './inspect/cpio/verify.js';
export type { Ext4Verification } from './inspect/ext4/verify.js';
export { describeFat } from './inspect/fat/describe.js';
export type { FatDescription } from './inspect/fat/describe.js';
export type { FatVerification } from './inspect/fat/verify.js';

// The Linux guest and its model disk.
export { defaultPlaces } from './recipes/places.js';
export type { DiskFormat, Places } from './recipes/places.js';
export { linuxGuest } from './recipes/linux-guest.js';
export type { LinuxGuest, LinuxGuestOptions } from './recipes/linux-guest.js';
export { openModel } from './recipes/model.js';
export type { Model } from './recipes/model.js';
export { modelNeeds } from './recipes/model-memory.js';
export type { ModelNeeds } from './recipes/model-memory.js';
export { planModelDisk, writeModelDisk } from './recipes/model-disk.js';
export type { ModelDiskLayout, ModelDiskOptions, WrittenDisk } from './recipes/model-disk.js';
export { checkModelDisk } from './recipes/check-disk.js';
export type { CheckDiskOptions } from './recipes/check-disk.js';
export { modelOnDisk } from './recipes/model-on-disk.js';
export type { DiskModel } from './recipes/model-on-disk.js';
export { EMBEDDED_MODEL_TEMPLATE } from './recipes/embedded-model.js';
export { embeddedCheckpoint } from './recipes/embedded-checkpoint.js';
export type { CheckpointPaths, EmbeddedCheckpoint } from './recipes/embedded-checkpoint.js';
export { convertLlama2c } from './recipes/convert.js';
export type { ConvertOptions } from './recipes/convert.js';

// The EFI machine's disk.
export { openEfiModel } from './recipes/efi/model.js';
export type { EfiFile, EfiModel } from './recipes/efi/model.js';
export { planEfiDisk, writeEfiDisk } from './recipes/efi/disk.js';
export type {
  EfiDiskLayout,
  EfiDiskPlan,
  WriteEfiDiskOptions,
  WrittenEfiDisk,
} from './recipes/efi/disk.js';
export { planEfiVolume } from './recipes/efi/disk-plan.js';
export type {
  EfiDiskImage,
  EfiVolumeOptions,
  PartitionTableKind,
} from './recipes/efi/disk-plan.js';
export { efiDiskNeeds } from './recipes/efi/disk-needs.js';
export type { EfiDiskNeeds, EfiDiskNeedsOptions } from './recipes/efi/disk-needs.js';
export { withRunDisk } from './recipes/efi/run-disk.js';
export type { RunDisk } from './recipes/efi/run-disk.js';

// Machines: QEMU with either guest, talked to, asked once, or booted in a mode.
export * from './machine/machine.js';
export { hostFolders } from './host/host-folders.js';
export type { HostFolders } from './host/host-folders.js';
export { thisHost } from './doctor/host.js';
export { checkHost } from './doctor/check.js';
export type { CheckOptions, DoctorReport } from './doctor/check.js';
export { installMissing } from './doctor/install.js';
export { buildEfi } from './toolchain/efi.js';
export type { BuildEfiOptions, BuiltEfi, EfiProgram } from './toolchain/efi.js';
export { buildGuest } from './toolchain/guest.js';
export type { BuildGuestOptions, BuiltGuest } from './toolchain/guest.js';
export { buildPrebuilt } from './toolchain/prebuilt.js';

// The whole path from a model to a machine that is ready to start.
export { prepareMachine } from './prepare/linux.js';
export type { ReadyMachine, UpOptions } from './prepare/linux.js';
export { prepareEfiMachine } from './prepare/efi.js';
export type { EfiUpOptions, ReadyEfiMachine } from './prepare/efi.js';
export { memoryByContext } from './prepare/memory-by-context.js';
export type { ContextMemory } from './prepare/memory-by-context.js';

// Measuring: settings and profiles, boots that measure, the search, results and what is made of them.
export { formatLlamaArgs, parseLlamaArgs } from './perf/setting.js';
export type { Setting } from './perf/setting.js';
export { BUILT_IN_PROFILES, fitProfile, formatProfiles, parseProfiles } from './perf/profile.js';
export type { Profile, Profiles } from './perf/profile.js';
export { loadProfile, saveProfile } from './perf/profiles-file.js';
export { formatMatrix, parseMatrix } from './perf/matrix.js';
export { enumerateSpace, usualSpace } from './perf/space.js';
export type { SettingSpace } from './perf/space.js';
export { planRuns } from './perf/plan.js';
export type { Plan, PlanOptions } from './perf/plan.js';
export { preparePerfMachine } from './perf/prepare.js';
export type { PerfMachine, PrepareOptions } from './perf/prepare.js';
export { machineBoot } from './perf/boot.js';
export type { MachineBootOptions } from './perf/boot.js';
export type { Boot, BootContext, PerfOutcome, PerfResult } from './perf/outcome.js';
export { measure } from './perf/measure.js';
export type { MeasuredRun, Measurements, MeasureOptions, RunStart } from './perf/measure.js';
export type { Candidate } from './perf/candidates.js';
export { tune } from './perf/tune.js';
export type { TuneOptions, TuneResult } from './perf/tune.js';
export { recordOf } from './perf/record.js';
export { formatRecord, parseResults, RESULTS_HEADER } from './perf/results.js';
export type { RunRecord } from './perf/results.js';
export { openResultsFile } from './perf/results-file.js';
export type { ResultsFile } from './perf/results-file.js';
export { summarise } from './perf/statistics.js';
export type { Summary } from './perf/statistics.js';
export { groupResults } from './perf/report/groups.js';
export type { SettingGroup, Subject } from './perf/report/groups.js';
export { summaryLines } from './perf/report/text.js';
export { reportPage } from './perf/report/html.js';
