import { sha256 } from './served-bytes.js';

export interface PackedLayer {
  readonly mediaType: string;
  readonly bytes: Uint8Array;
  /** The annotation `org.cncf.model.filepath`. */
  readonly path?: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** A manifest and all its blobs, by their digests. */
export interface PackedModel {
  readonly manifest: Uint8Array;
  readonly mediaType: string;
  readonly digest: string;
  readonly blobs: ReadonlyMap<string, Uint8Array>;
}

export interface PackOptions {
  readonly artifactType?: string;
  readonly mediaType?: string;
  readonly configType?: string;
  readonly config?: unknown;
  /** The manifest that this one refers to. */
  readonly subject?: PackedModel;
}

const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
export const MODELPACK = {
  artifactType: 'application/vnd.cncf.model.manifest.v1+json',
  configType: 'application/vnd.cncf.model.config.v1+json',
} as const;
export const MODELPACK_RAW = 'application/vnd.cncf.model.weight.v1.raw';
export const DOCKER = { configType: 'application/vnd.docker.ai.model.config.v0.1+json' } as const;
export const DOCKER_GGUF = 'application/vnd.docker.ai.gguf.v3';

/** Packs layers as a registry has them (OCI image specification, "Image Manifest"). */
export function pack(layers: readonly PackedLayer[], options: PackOptions = {}): PackedModel {
  const { artifactType, mediaType = OCI_MANIFEST, config = {}, subject } = options;
  const { configType = 'application/vnd.oci.empty.v1+json' } = options;
  const configBytes = Buffer.from(JSON.stringify(config));
  const blobs = new Map<string, Uint8Array>();
  const descriptor = (type: string, bytes: Uint8Array): object => {
    const digest = `sha256:${sha256(bytes)}`;
    blobs.set(digest, bytes);
    return { mediaType: type, digest, size: bytes.length };
  };
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType,
      ...(artifactType !== undefined && { artifactType }),
      config: descriptor(configType, configBytes),
      ...(subject && {
        subject: {
          ...{ mediaType: subject.mediaType, digest: subject.digest },
          size: subject.manifest.length,
        },
      }),
      layers: layers.map(({ mediaType: type, bytes, path, annotations }) => ({
        ...descriptor(type, bytes),
        ...((path ?? annotations) && {
          annotations: {
            ...(path !== undefined && { 'org.cncf.model.filepath': path }),
            ...annotations,
          },
        }),
      })),
    }),
  );
  return { manifest, mediaType, digest: `sha256:${sha256(manifest)}`, blobs };
}

/** An index of manifests. */
export function packIndex(
  models: readonly {
    readonly model: PackedModel;
    readonly artifactType?: string;
    readonly annotations?: Record<string, string>;
  }[],
): PackedModel {
  const mediaType = 'application/vnd.oci.image.index.v1+json';
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType,
      manifests: models.map(({ model, artifactType, annotations }) => ({
        ...{ mediaType: model.mediaType, digest: model.digest, size: model.manifest.length },
        ...(artifactType !== undefined && { artifactType }),
        ...(annotations && { annotations }),
      })),
    }),
  );
  return { manifest, mediaType, digest: `sha256:${sha256(manifest)}`, blobs: new Map() };
}
