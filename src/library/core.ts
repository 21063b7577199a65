/**
 * Images and formats: planned, read and checked in memory, with nothing of a file, process or network, so
 * that it runs in a browser, too. `zosia/host` writes and opens what is planned here.
 *
 * @packageDocumentation
 */
export { ZosiaError } from '../errors.js';
export type { ZosiaErrorCode } from '../errors.js';
export { option, OptionName, Wording, wording } from '../wording.js';
export type { Text, WordFor } from '../wording.js';

// Images: what every format plans.
export { accessImage } from '../image/access-image.js';
export type { FileSourceReader } from '../image/access-image.js';
export { bytesData, contentImage, fileData, holeData } from '../image/file-data.js';
export type { Content } from '../image/file-data.js';
export { bytesSegment, flatten, makeImage } from '../image/image.js';
export type {
  AccessSource,
  BytesSource,
  FileSource,
  FileStamp,
  Image,
  LeafSegment,
  Segment,
  Source,
} from '../image/image.js';
export { accessBytes } from '../image/random-access.js';
export { closable } from '../image/closable.js';
export type { Closable } from '../image/closable.js';
export type { OpenRandomAccess, RandomAccess } from '../image/random-access.js';
export { sha256 } from '../image/sha256.js';
export type { Sha256 } from '../image/sha256.js';
export { sliceAccess } from '../image/slice-access.js';

// What planners take: one name in a tree.
export type {
  DeviceEntry,
  DirectoryEntry,
  EntryAttributes,
  EntryContent,
  FileEntry,
  HardlinkEntry,
  PipeEntry,
  SymlinkEntry,
  Timestamp,
} from '../formats/entry.js';

// File systems and partition tables.
export { planExt4 } from '../formats/ext4/plan.js';
export type {
  Ext4Attributes,
  Ext4Entry,
  Ext4Image,
  Ext4Name,
  Ext4Options,
} from '../formats/ext4/plan.js';
export type { BlockSizeBytes } from '../formats/ext4/options.js';
export { Ext4Reader, openExt4 } from '../formats/ext4/reader/reader.js';
export type {
  Ext4DirectoryEntry,
  Ext4FileType,
  Ext4Group,
  Ext4ReaderOptions,
  Ext4Stat,
  Ext4Superblock,
  Ext4Target,
  Ext4Walked,
  FileExtent,
} from '../formats/ext4/reader/reader.js';
export { checkExt4, verifyExt4 } from '../formats/ext4/check/checker.js';
export type { Ext4CheckOptions, Ext4Report, Ext4Summary } from '../formats/ext4/check/checker.js';
export { planFat } from '../formats/fat/plan.js';
export type {
  FatAttributes,
  FatEntry,
  FatImage,
  FatOptions,
  FatType,
} from '../formats/fat/plan.js';
export { FatReader, openFat } from '../formats/fat/reader/reader.js';
export type {
  FatBootSector,
  FatNamed,
  FatRange,
  FatStat,
  FatTarget,
  FatWalked,
} from '../formats/fat/reader/reader.js';
export { checkFat, verifyFat } from '../formats/fat/check/checker.js';
export type { FatCheckOptions, FatReport, FatSummary } from '../formats/fat/check/checker.js';
export type { Finding, Report } from '../formats/findings.js';
export { GPT_TYPE } from '../formats/gpt/layout.js';
export { FIRST_PARTITION_OFFSET, planGpt } from '../formats/gpt/plan.js';
export type {
  GptImage,
  GptOptions,
  GptPartition,
  GptPlacedPartition,
} from '../formats/gpt/plan.js';
export { readPartitionTable } from '../formats/gpt/reader.js';
export type { Partition, PartitionTable } from '../formats/gpt/reader.js';
export { formatTable, planDeviceMapper } from '../formats/device-mapper/table.js';
export type { DeviceMapperPlan, LinearRow, MappedDisk } from '../formats/device-mapper/table.js';
export type { ExtentOptions } from '../formats/extents/plan.js';
export { planVmdk } from '../formats/vmdk/writer.js';
export type { VmdkOptions, VmdkPlan } from '../formats/vmdk/writer.js';
export { readVmdk } from '../formats/vmdk/reader.js';
export type { ExtentFile, ExtentResolver } from '../formats/vmdk/reader.js';

// Archives and programs.
export { planCpio } from '../formats/cpio/writer.js';
export type { CpioEntry } from '../formats/cpio/writer.js';
export { readCpio } from '../formats/cpio/reader.js';
export type { CpioMember } from '../formats/cpio/reader.js';
export { checkCpio, verifyCpio } from '../formats/cpio/check/checker.js';
export type { CpioCheckOptions } from '../formats/cpio/check/checker.js';
export type { CpioReport, CpioSummary } from '../formats/cpio/check/report.js';
export { gunzip } from '../formats/compression/gunzip.js';
export { gzip } from '../formats/compression/gzip.js';
export { readElf } from '../formats/elf/elf.js';
export type { ElfInfo } from '../formats/elf/elf.js';
export { loadOrder, parseModulesDep } from '../formats/kmod/modules-dep.js';

// Models: GGUF, and llama2.c's checkpoints, tokenizers and settings.
export { checkGguf } from '../formats/gguf/check.js';
export { readGguf } from '../formats/gguf/reader.js';
export type { GgufHeader, GgufTensor } from '../formats/gguf/reader.js';
export { describeModel, kvCacheBytes } from '../formats/gguf/model-info.js';
export type { MemoryFacts, ModelInfo } from '../formats/gguf/model-info.js';
export {
  accessEncoded,
  encodeWeights,
  WEIGHT_TYPES,
  weightTypeFor,
} from '../formats/gguf/weights.js';
export type { WeightType } from '../formats/gguf/weights.js';
export { planGguf } from '../formats/gguf/writer.js';
export type { GgufPlan, TensorPlan } from '../formats/gguf/writer.js';
export { readCheckpoint } from '../formats/llama2c/checkpoint.js';
export type {
  Checkpoint,
  CheckpointConfig,
  CheckpointTensor,
} from '../formats/llama2c/checkpoint.js';
export { readTokenizer } from '../formats/llama2c/tokenizer.js';
export type { Token, Tokenizer } from '../formats/llama2c/tokenizer.js';
export { planTokenizer } from '../formats/llama2c/tokenizer-writer.js';
export { checkpointLayout, planCheckpoint } from '../formats/llama2c/checkpoint-writer.js';
export type { CheckpointLayout } from '../formats/llama2c/checkpoint-writer.js';
export {
  BOS_ID,
  byteText,
  EOS_ID,
  FIRST_BYTE_ID,
  FIRST_TEXT_ID,
  SPECIAL_TEXTS,
} from '../formats/llama2c/special-tokens.js';
export { NORM_EPSILON, ROPE_BASE } from '../formats/llama2c/run-constants.js';
export { planLlama2cGguf } from '../formats/llama2c/to-gguf.js';
export type { Llama2cGgufOptions } from '../formats/llama2c/to-gguf.js';
export { DEFAULT_EFI_SETTINGS, overrideSettings } from '../formats/llama2c/settings/settings.js';
export type { CompleteEfiSettings, EfiSettings } from '../formats/llama2c/settings/settings.js';
export { formatSettings, parseSettings } from '../formats/llama2c/settings/file.js';

// What the types above mention.
export type { GzipOptions } from '../formats/compression/gzip.js';
export type { DecompressionLimits } from '../formats/compression/limits.js';
export type { CpioMemberAttributes, CpioMemberContent } from '../formats/cpio/member.js';
export type { ReadCpioOptions } from '../formats/cpio/reader.js';
export type { CpioOptions } from '../formats/cpio/writer.js';
export { BLOCK_SIZES } from '../formats/ext4/options.js';
export type { Ext4Feature } from '../formats/ext4/reader/features.js';
export type { DeviceNumbers } from '../formats/ext4/reader/stat.js';
export type { Check, Severity } from '../formats/findings.js';
export type { GgmlType } from '../formats/gguf/ggml-types.js';
export type { GgufValue, TypedValue } from '../formats/gguf/values.js';
export type { LoadOrderOptions, ModuleDependencies } from '../formats/kmod/modules-dep.js';
export type { TensorType } from '../formats/llama2c/config.js';
export type { TensorName } from '../formats/llama2c/layout.js';
export type { ByteString } from '../formats/byte-string.js';
export type { CpioPart } from '../formats/cpio/member.js';
export type { NumberTypeName } from '../formats/gguf/layout.js';
export type { GgufArray, GgufScalar, StringValue } from '../formats/gguf/values.js';
export type { ValueTypeName } from '../formats/gguf/layout.js';
export type { ElementTypeName } from '../formats/gguf/values.js';
export type { CpioObserver, StoredMember } from '../formats/cpio/observer.js';
export type { NewcFieldName, NewcHeader } from '../formats/cpio/layout.js';
