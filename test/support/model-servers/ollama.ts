import { startOci } from './oci.js';
import { pack } from './packed-model.js';
import type { PackedLayer, PackedModel } from './packed-model.js';
import type { Intercept, ModelServer } from './served-bytes.js';

export interface OllamaModel {
  readonly model?: Uint8Array;
  readonly projector?: Uint8Array;
  readonly adapter?: Uint8Array;
  readonly licence?: string;
  readonly template?: string;
  readonly params?: unknown;
}

/** As Ollama packs a model (ollama, server/create.go). */
export function packOllama(parts: OllamaModel): PackedModel {
  const { model, projector, adapter, licence, template, params } = parts;
  const layer = (kind: string, bytes: Uint8Array | string | undefined): PackedLayer[] =>
    bytes === undefined
      ? []
      : [{ mediaType: `application/vnd.ollama.image.${kind}`, bytes: Buffer.from(bytes) }];
  return pack(
    [
      layer('model', model),
      layer('projector', projector),
      layer('adapter', adapter),
      layer('license', licence),
      layer('template', template),
      layer('params', params === undefined ? undefined : JSON.stringify(params)),
    ].flat(),
    {
      mediaType: 'application/vnd.docker.distribution.manifest.v2+json',
      configType: 'application/vnd.docker.container.image.v1+json',
    },
  );
}

/** A registry of Ollama's. @param models by `namespace/name:tag` */
export function startOllama(
  models: Readonly<Record<string, OllamaModel>>,
  intercept?: Intercept,
): Promise<ModelServer> {
  const packed = Object.entries(models).map(([name, model]) => [name, packOllama(model)] as const);
  return startOci({ models: Object.fromEntries(packed), ...(intercept && { intercept }) });
}
