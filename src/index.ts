/**
 * zosia as a library: everything the command line does, importable. Images are planned as lists of
 * segments (`planExt4`, `planCpio`, ...) and then written, read, hashed or measured by whatever takes an
 * {@link Image}.
 *
 * @packageDocumentation
 */
export { ZosiaError } from './errors.js';
export type { ZosiaErrorCode } from './errors.js';

export { bytesSegment, flatten, makeImage } from './image/image.js';
export type { Image, LeafSegment, Segment, Source } from './image/image.js';
export { accessImage } from './image/image-reader.js';
export { accessBytes, accessFile } from './image/random-access.js';
export type { OpenRandomAccess, RandomAccess } from './image/random-access.js';
export { writeRaw } from './image/raw-writer.js';
export type { WriteRawOptions } from './image/raw-writer.js';
export { digestImage } from './image/digest.js';

export { planCpio } from './formats/cpio/writer.js';
export type { CpioEntry } from './formats/cpio/writer.js';
export { readCpio } from './formats/cpio/reader.js';
export { gunzip, gzip } from './formats/gzip/gzip.js';
export { planExt4 } from './formats/ext4/plan.js';
export type { Ext4Entry } from './formats/ext4/entry.js';
export type { Ext4Options } from './formats/ext4/options.js';
export { bytesData, fileData, holeData } from './image/file-data.js';
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
export type { Problem } from './formats/findings.js';
export { GPT_TYPE } from './formats/gpt/layout.js';
export { FIRST_PARTITION_OFFSET, planGpt } from './formats/gpt/plan.js';
export type { GptOptions, GptPartition } from './formats/gpt/plan.js';
export { readPartitionTable } from './formats/gpt/reader.js';
export type { Partition, PartitionTable } from './formats/gpt/reader.js';
export { planVmdk } from './formats/vmdk/writer.js';
export type { VmdkOptions, VmdkPlan } from './formats/vmdk/writer.js';
export { checkGguf } from './formats/gguf/check.js';
export { readGguf } from './formats/gguf/reader.js';
export type { GgufHeader } from './formats/gguf/reader.js';
export { describeModel, kvCacheBytes } from './formats/gguf/model-info.js';
export type { ModelInfo } from './formats/gguf/model-info.js';
export { planGguf } from './formats/gguf/writer.js';
export { readCheckpoint } from './formats/llama2c/checkpoint.js';
export { readTokenizer } from './formats/llama2c/tokenizer.js';
export { planLlama2cGguf } from './formats/llama2c/to-gguf.js';
export { readDeb } from './formats/deb/deb.js';
export type { DebEntry } from './formats/deb/deb.js';
export { readElf } from './formats/elf/elf.js';
export { loadOrder, parseModulesDep } from './formats/kmod/modules-dep.js';

export { hostArchitecture, parseArchitecture } from './artifacts/architectures.js';
export type { Architecture } from './artifacts/architectures.js';
export { fetchComponents } from './artifacts/fetch.js';
export type { FetchOptions, FetchedPackage } from './artifacts/fetch.js';

export { convertLlama2c } from './recipes/convert.js';
export { linuxGuest } from './recipes/linux-guest.js';
export type { LinuxGuest, LinuxGuestOptions } from './recipes/linux-guest.js';
export { openModel } from './recipes/model.js';
export type { Model } from './recipes/model.js';
export { planModelDisk, writeModelDisk } from './recipes/model-disk.js';
export { defaultPlaces } from './recipes/places.js';

export { extractFiles } from './inspect/extract.js';
export type { ExtractOptions, ExtractSummary } from './inspect/extract.js';
export { inspectImage } from './inspect/inspect.js';
export type { Inspection } from './inspect/inspect.js';
export { listFiles } from './inspect/list.js';
export type { ListedFile } from './inspect/list.js';
export type { ImageNode, ImageTree } from './inspect/node.js';
export { openFile } from './inspect/open-file.js';
export { openImage, openTree } from './inspect/open-image.js';
export type { OpenImage, OpenImageOptions } from './inspect/open-image.js';
export { verifyImage } from './inspect/verify.js';
export type { Verification, VerifyOptions } from './inspect/verify.js';

export * from './machine/machine.js';
export { checkHost } from './doctor/check.js';
export { installMissing } from './doctor/install.js';
export { buildGuest } from './toolchain/guest.js';
export { prepareEfiMachine, prepareMachine } from './up.js';
export type { EfiUpOptions, ReadyEfiMachine, ReadyMachine, UpOptions } from './up.js';
