import { formatOllama, ollamaHost } from '../references/parse-registry.js';
import type { OllamaReference } from '../references/parse-registry.js';
import type {
  ModelFileRole,
  ResolvedFile,
  ResolvedModel,
  ResolveOptions,
} from '../resolved-model.js';
import type { SourceContext } from './context.js';
import { unusable } from './failures.js';
import { licenceOf } from './layer-licences.js';
import { registry } from './registry.js';
import type { Descriptor } from './registry.js';
import { nameFrom } from './safe-file-name.js';
import { needsAdapter, unusedLayers } from './unused-layers.js';

/** Layers of a model of Ollama's (ollama, server/images.go). */
const LAYER = 'application/vnd.ollama.image.';
const USED = ['model', 'projector', 'license'].map((kind) => LAYER + kind);

/**
 * Asks Ollama's registry for a model. The blob is a GGUF, and its digest is its sha256.
 *
 * @throws ZosiaError `ZOSIA_MODEL_NOT_FOUND`, `ZOSIA_MODEL_REFUSED`, `ZOSIA_MODEL_UNUSABLE` for one that is no
 *   GGUF or needs an adapter, `ZOSIA_DOWNLOAD_FAILED`
 */
export async function resolveOllama(
  reference: OllamaReference,
  { http }: Pick<SourceContext, 'http'>,
  options: ResolveOptions = {},
): Promise<ResolvedModel> {
  const { repository, tag } = reference;
  const host = ollamaHost(reference);
  const what = formatOllama(reference);
  const source = registry(http, host, repository, what, options);
  const { layers = [], digest } = await source.manifest(tag);
  const layersOf = (kind: string): Descriptor[] =>
    layers.filter(({ mediaType }) => mediaType === LAYER + kind);
  const [model, ...others] = layersOf('model');
  if (!model) {
    throw unusable(
      `${what} has no GGUF`,
      'It runs at Ollama itself, or is of another format. Take another tag, without -cloud or -mlx.',
    );
  }
  if (others.length > 0) throw unusable(`${what} has several models in one`, 'Take another tag.');
  if (layersOf('adapter').length > 0) {
    throw needsAdapter(what);
  }
  const [projector, ...projectors] = layersOf('projector');
  const unused = layers
    .filter((layer) => !USED.includes(layer.mediaType) || projectors.includes(layer))
    .map(({ mediaType }) => mediaType.replace(LAYER, ''));
  const licence = await licenceOf(layersOf('license'), source);
  const name = nameFrom(`${repository.slice(repository.indexOf('/') + 1)}-${tag}`);
  const file = (layer: Descriptor, role: ModelFileRole, fileName: string): ResolvedFile => ({
    name: fileName,
    fileName,
    role,
    url: source.blobUrl(layer.digest),
    sizeBytes: layer.size,
    sha256: layer.digest.slice('sha256:'.length),
    ...(source.credentials() && { credentials: source.credentials() }),
  });
  return {
    reference: what,
    name,
    source: { kind: 'ollama', repository: `${host}/${repository}`, revision: digest },
    ...(licence !== undefined && { licence }),
    files: [
      file(model, 'model', `${name}.gguf`),
      ...(projector ? [file(projector, 'projector', `mmproj-${name}.gguf`)] : []),
    ],
    ...(unused.length > 0 && { notes: unusedLayers(what, unused) }),
  };
}
