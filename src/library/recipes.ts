// What is exported mentions Node's own types; a program that uses it need not ask for them itself.
/// <reference types="node" preserve="true" />
/**
 * What goes into each product, and where it comes from: packages that are fetched, programs that are
 * built, the Linux guest, model disks and the disks of EFI machines.
 *
 * @packageDocumentation
 */
// What is fetched, and what ships built.
export { ARCHITECTURES, hostArchitecture, parseArchitecture } from '../artifacts/architectures.js';
export type { Architecture } from '../artifacts/architectures.js';
export { fetchComponents } from '../artifacts/fetch.js';
export type { FetchedPackage, FetchOptions } from '../artifacts/fetch.js';
export { prebuiltProgram } from '../artifacts/prebuilt.js';
export type { PrebuiltProgram } from '../artifacts/prebuilt.js';

// Models by name.
export { CATALOGUE, findEntry } from '../models/catalogue/catalogue.js';
export type { CatalogueEntry } from '../models/catalogue/entry.js';
export { formatReference, parseReference } from '../models/references/parse-reference.js';
export type { ParseOptions } from '../models/references/parse-reference.js';
export type { ModelReference } from '../models/references/reference.js';
export { resolveReference } from '../models/resolve/resolve-reference.js';
export type {
  RemoteReference,
  ResolveReferenceOptions,
} from '../models/resolve/resolve-reference.js';
export type { SourceContext } from '../models/transports/context.js';
export { openHttpClient } from '../download/api.js';

// The Linux guest and its model disk.
export { defaultPlaces } from '../recipes/places.js';
export type { BaseInit, DiskFormat, GuestRole, KernelKind, Places } from '../recipes/places.js';
export type { LlamaChoice } from '../recipes/llama-folder.js';
export { linuxGuest } from '../recipes/linux-guest.js';
export type { LinuxGuest, LinuxGuestOptions } from '../recipes/linux-guest.js';
export { readModel } from '../recipes/model.js';
export { readGgufInfo } from '../recipes/gguf-info.js';
export type { GgufInfo } from '../recipes/gguf-info.js';
export type { Model } from '../recipes/model.js';
export type { ModelSearch } from '../recipes/find-model.js';

// Models by name.
export { NamedModels } from '../models/named-models.js';
export type { NamedModelsOptions } from '../models/named-models.js';
export { ModelStore } from '../models/store/store.js';
export type { FileState, StoreEntry } from '../models/store/store.js';
export { getModel } from '../models/pull/get-model.js';
export type { GetModelOptions } from '../models/pull/get-model.js';
export { pullModel } from '../models/pull/pull.js';
export type { PulledModel, PullOptions } from '../models/pull/pull.js';
export { downloadFile } from '../download/download-file.js';
export { listModels } from '../models/list.js';
export type { ListedModel } from '../models/list.js';
export { addModel } from '../models/store/add.js';
export type { AddOptions } from '../models/store/add.js';
export { removeModels } from '../models/store/remove.js';
export type { Removed } from '../models/store/remove.js';
export { verifyModels } from '../models/store/verify.js';
export type { VerifiedFile } from '../models/store/verify.js';
export { pruneStore } from '../models/store/prune.js';
export type { Pruned, PruneModelsOptions } from '../models/store/prune.js';
export type { LocatedFile, LocatedModel, ModelOrigin } from '../models/located-model.js';
export type { CachedModel, CacheFolders } from '../models/caches/cached-model.js';
export type {
  Conversion,
  ConvertedFile,
  StoredFile,
  LeftOutFile,
  StoredModel,
  StoredModelFacts,
  StoredSource,
} from '../models/store/record.js';
export type { Mark, UseMarks } from '../models/store/marks.js';
export type { HashOptions } from '../host/hash-files.js';

export { modelNeeds } from '../recipes/model-memory.js';
export type { ModelNeeds, ModelUse } from '../recipes/model-memory.js';
export { planModelDisk, writeModelDisk } from '../recipes/model-disk.js';
export type { ModelDiskLayout, ModelDiskOptions, WrittenDisk } from '../recipes/model-disk.js';
export { checkModelDisk } from '../recipes/check-disk.js';
export type { CheckDiskOptions } from '../recipes/check-disk.js';
export { modelOnDisk } from '../recipes/model-on-disk.js';
export type { DiskModel } from '../recipes/model-on-disk.js';
export { EMBEDDED_MODEL_TEMPLATE } from '../recipes/embedded-model.js';
export { embeddedCheckpoint } from '../recipes/embedded-checkpoint.js';
export type { CheckpointPaths, EmbeddedCheckpoint } from '../recipes/embedded-checkpoint.js';
export { convertLlama2c } from '../recipes/convert.js';
export type { ConvertOptions } from '../recipes/convert.js';

export { convertGguf } from '../recipes/convert-gguf.js';
export type { ConvertGgufOptions } from '../recipes/convert-gguf.js';

// The EFI machine's disk.
export { readEfiGguf } from '../recipes/efi/gguf-model.js';
export type { EfiGguf, ModelPlacement, ReadEfiGgufOptions } from '../recipes/efi/gguf-model.js';
export { readEfiModel } from '../recipes/efi/model.js';
export type { EfiFile, EfiModel, KnownCheckpointDigests } from '../recipes/efi/model.js';
export { planEfiDisk, writeEfiDisk } from '../recipes/efi/disk.js';
export type { EfiDiskShape, WriteEfiDiskOptions, WrittenEfiDisk } from '../recipes/efi/disk.js';
export { readEfiDiskFiles } from '../recipes/efi/entries.js';
export type {
  EfiDiskContents,
  EfiDiskFile,
  EfiDiskModel,
  EfiDiskPartition,
  EfiVolumeFile,
} from '../recipes/efi/entries.js';
export type { GgufPartition } from '../recipes/efi/disk-plan.js';
export { planEfiVolume } from '../recipes/efi/disk-plan.js';
export type {
  EfiDiskImage,
  EfiVolumeOptions,
  PartitionTableKind,
} from '../recipes/efi/disk-plan.js';
export { efiDiskNeeds } from '../recipes/efi/disk-needs.js';
export type { EfiDiskNeeds, EfiDiskNeedsOptions } from '../recipes/efi/disk-needs.js';
export { withRunDisk } from '../recipes/efi/run-disk.js';
export { withMappedDisk } from '../recipes/mapped-disk.js';
export { withPrivateDisk } from '../recipes/private-disk.js';
export type { PrivateDisk } from '../recipes/private-disk.js';

// The programs of the guests, compiled.
export { buildEfi } from '../toolchain/efi.js';
export type { BuildEfiOptions, BuiltEfi, EfiProgram } from '../toolchain/efi.js';
export { buildGuest } from '../toolchain/guest.js';
export type { BuildGuestOptions, BuiltGuest } from '../toolchain/guest.js';
export { buildPrebuilt } from '../toolchain/prebuilt.js';
export { withDockerBuilder } from '../toolchain/docker/docker-builder.js';
export type { DockerBuilderOptions } from '../toolchain/docker/docker-builder.js';
export { withHostBuilder } from '../toolchain/host/host-builder.js';
export type { HostBuilderOptions } from '../toolchain/host/host-builder.js';

// What images are made of.
export { describeAsSpdx } from '../provenance/sbom.js';
export type { SbomOptions } from '../provenance/sbom.js';
export type { SpdxDocument } from '../provenance/spdx.js';
export { verifyProvenance } from '../provenance/verify-provenance.js';
export type { VerifyProvenanceOptions } from '../provenance/verify-provenance.js';
export type {
  GuestOrigins,
  PartlyCompared,
  ProvenanceProblem,
  ProvenanceReport,
} from '../provenance/provenance-report.js';

// What the types above mention.
export type { DownloadedFile, DownloadFile, DownloadFileOptions } from '../download/remote-file.js';
export type { Place } from '../download/place.js';
export type { FetchBlobOptions } from '../models/pull/fetch-blob.js';
export type { OnRead } from '../provenance/digest-access.js';
export type { KnownDigest } from '../recipes/known-digest.js';
export type { PackageSourceOptions } from '../provenance/package-sources.js';
export type { HttpAnswer, HttpClient, HttpRequest } from '../download/http-client.js';
export type { OpenHttpClient } from '../download/api.js';
export type { HttpOptions } from '../download/http.js';
export type { Clock, PatienceOptions } from '../download/patience.js';
export type { RemoteFile } from '../download/remote-file.js';
export type { AttentionShape, CatalogueFile, CatalogueUrl } from '../models/catalogue/entry.js';
export type { ModelForm } from '../models/resolve/resolve-entry.js';
export type {
  ModelFileRole,
  ResolvedFile,
  ResolvedModel,
  ResolveOptions,
} from '../models/resolved-model.js';
export type { ChosenPackage } from '../artifacts/download.js';
export type { FetchSources } from '../artifacts/fetch.js';
export type { Component } from '../artifacts/lock.js';
export type { BaseModel } from '../formats/gguf/base-model.js';
export type { Vocabulary } from '../formats/gguf/token-table.js';
export type { OpenVmdkOptions } from '../inspect/vmdk-disk.js';
export type { ConvertedModel } from '../recipes/convert.js';
export type { DiskEntry } from '../recipes/disk-entries.js';
export type { DiskManifest } from '../recipes/disk-manifest.js';
export type { EfiDiskManifest } from '../recipes/efi/manifest.js';
export type { Companion, GgufFile } from '../recipes/model.js';
export type { WriteDiskOptions } from '../recipes/write-disk.js';
export type { Builder, BuilderFile, Capacity, Ran, RunOptions } from '../toolchain/builder.js';
export type { Compiler } from '../toolchain/compiler.js';
export type { ImageOptions, Toolchain } from '../toolchain/docker/image.js';
export type { TransportContext } from '../artifacts/fetch.js';
export type { Lock, PinnedPackage } from '../artifacts/lock.js';
export type { Transport, WantedFile } from '../artifacts/transport.js';
export type { HostFile } from '../host/host-file.js';
export type { CompanionKind, ModelKind } from '../inspect/models/kind.js';
export type { DiskInput, ReferredFile } from '../recipes/disk-manifest.js';
export type { EfiDiskInput } from '../recipes/efi/manifest.js';
export type { PackageCache } from '../artifacts/cache.js';
export type { LockedComponent, LockedPackage, Suite } from '../artifacts/lock.js';
export type { DownloadOptions } from '../artifacts/transport.js';
export type { GgufKind } from '../formats/gguf/kind.js';
export type { KindDetails } from '../formats/gguf/kind-details.js';
export type { LayerSizes } from '../formats/gguf/layer-sizes.js';
export type { Pooling } from '../formats/gguf/pooling.js';
export type { DebianArchitecture } from '../artifacts/architectures.js';
export type { PackageBytes } from '../artifacts/cache.js';
