// What is exported mentions Node's own types; a program that uses it need not ask for them itself.
/// <reference types="node" preserve="true" />
/**
 * Files of the host: images written, read before they are written, opened, looked into, unpacked and
 * verified.
 *
 * @packageDocumentation
 */
export { accessFile } from '../host/access-file.js';
export type { OpenFile } from '../host/access-file.js';
export { digestImage } from '../host/digest.js';
export { openPlan } from '../host/image-reader.js';
export { makeOutputFolder, writeOutput } from '../host/output-file.js';
export type { OutputOptions } from '../host/output-file.js';
export { writeRaw } from '../host/raw-writer.js';
export type { WriteRawOptions } from '../host/raw-writer.js';

// Looking into images.
export { openImage } from '../inspect/open-image.js';
export type { ImageContent, OpenImage, OpenImageOptions } from '../inspect/open-image.js';
export type { ImageNode, ImageTree } from '../inspect/node.js';
export type { DiskPartition, DiskTable } from '../inspect/partition.js';
export { inspectImage } from '../inspect/inspect.js';
export type { Inspection } from '../inspect/inspect.js';
export { listFiles } from '../inspect/list.js';
export type { ListedFile } from '../inspect/list.js';
export type { ImageFiles, ReadFileOptions } from '../inspect/image-files.js';
export { extractFiles } from '../inspect/extract.js';
export type { ExtractOptions } from '../inspect/extract.js';
export type { ExtractSummary } from '../inspect/extraction.js';
export { verifyImage } from '../inspect/verify.js';
export type { PartitionsVerification, Verification, VerifyOptions } from '../inspect/verify.js';
export type { CpioVerification } from '../inspect/cpio/verify.js';
export type { Ext4Verification } from '../inspect/ext4/verify.js';
export { describeFat } from '../inspect/fat/describe.js';
export type { FatDescription } from '../inspect/fat/describe.js';
export type { FatVerification } from '../inspect/fat/verify.js';

// What the types above mention.
export type { Findings } from '../formats/findings.js';
export type { BackingFile } from '../inspect/backing-file.js';
export type { CpioDescription } from '../inspect/cpio/describe.js';
export type { Ext4Description } from '../inspect/ext4/describe.js';
export type { Comparison } from '../inspect/ext4/comparison.js';
export type { DescribedGguf, DescribedPartition } from '../inspect/inspect.js';
export type { VerifiedModel } from '../inspect/models/model.js';
export type { DataRange, NamedNode, NodeType } from '../inspect/node.js';
export type { FileSystemKind } from '../inspect/recognise.js';
export type { Region } from '../inspect/regions.js';
export type { VerifiedImage } from '../inspect/verify.js';
export type { DiskExtent } from '../inspect/vmdk-disk.js';
export type { LocalFinding } from '../formats/findings.js';
export type { GroupsSummary } from '../inspect/ext4/describe.js';
export type { VerifiedContent } from '../inspect/verify.js';
export type { CpioComparison } from '../inspect/cpio/second-reader.js';

// Debian packages: tar comes from a package that wants Node.js's events, and so is not in the core.
export { readDeb } from '../formats/deb/deb.js';
export type { DebEntry, ReadDebOptions } from '../formats/deb/deb.js';
export type { TarDataSink } from '../formats/tar/visit.js';
