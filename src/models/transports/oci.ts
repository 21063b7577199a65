import * as v from 'valibot';
import { object, tryJson } from '../../json.js';
import { ZosiaError } from '../../errors.js';
import { isProjector, partName } from '../model-files.js';
import { formatOci } from '../references/parse-registry.js';
import type { OciReference } from '../references/parse-registry.js';
import { shownText } from '../../download/shown-text.js';
import type {
  ModelFileRole,
  ResolvedFile,
  ResolvedModel,
  ResolveOptions,
} from '../resolved-model.js';
import { chooseFiles } from './choose-model.js';
import { verifySignature } from './signature.js';
import type { SourceContext } from './context.js';
import { badAnswer, unusable } from './failures.js';
import { licenceOf } from './layer-licences.js';
import { registry } from './registry.js';
import type { Descriptor, Manifest, Registry } from './registry.js';
import { nameFrom, safeFileName } from './safe-file-name.js';
import { needsAdapter, unusedLayers } from './unused-layers.js';

/** CNCF ModelPack, model-spec 0.0.7: the weights as they are, or in an archive. */
const PACKED_WEIGHT = /^application\/vnd\.cncf\.model\.weight\.v\d+\.(raw|tar(?:\+\w+)?)$/;
/** Docker's model-spec: a GGUF, and the projector beside it. */
const DOCKER_GGUF = 'application/vnd.docker.ai.gguf.v3';
const DOCKER_PROJECTOR = 'application/vnd.docker.ai.mmproj';
const DOCKER_ADAPTER = /^application\/vnd\.docker\.ai\.lora\b/;
const DOCKER_LICENCE = 'application/vnd.docker.ai.license';
const PACKED_DOCUMENT = /^application\/vnd\.cncf\.model\.doc\.v\d+\.raw$/;
/** Where a file lies in a model: ModelPack's annotation, and OCI's. */
const PATHS = ['org.cncf.model.filepath', 'org.opencontainers.image.title'];

const MAX_CONFIG_BYTES = 1024 * 1024;
/** The part of a ModelPack's configuration that is read here. */
const CONFIG = object({
  descriptor: v.optional(
    object({ licenses: v.optional(v.array(v.pipe(v.string(), v.regex(/^[\w .+()-]{1,128}$/)))) }),
  ),
});

/**
 * Asks an OCI registry for a model as ModelPack or Docker pack it: the blob is the GGUF. With a public key, its
 * manifest has to be signed.
 *
 * @throws ZosiaError `ZOSIA_MODEL_NOT_FOUND`, `ZOSIA_MODEL_REFUSED`, `ZOSIA_MODEL_UNUSABLE` for one that has no
 *   GGUF as it is, or needs an adapter, `ZOSIA_MODEL_AMBIGUOUS`, `ZOSIA_DOWNLOAD_FAILED`; as `verifySignature`
 */
export async function resolveOci(
  reference: OciReference,
  { http, publicKey }: Pick<SourceContext, 'http' | 'publicKey'>,
  options: ResolveOptions = {},
): Promise<ResolvedModel> {
  const { host, repository, version } = reference;
  const what = formatOci(reference);
  const source = registry(http, host, repository, what, options);
  const top = await source.manifest(version);
  if (publicKey !== undefined) await verifySignature(source, top, publicKey, what);
  const manifest = top.manifests ? await fromIndex(top.manifests, source, what) : top;
  const stem = nameFrom(
    [
      repository.slice(repository.lastIndexOf('/') + 1),
      version.replace(/^sha256:(.{12}).*/, '$1'),
    ].join('-'),
  );
  const { layers = [] } = manifest;
  if (layers.some(({ mediaType }) => DOCKER_ADAPTER.test(mediaType))) throw needsAdapter(what);
  const files = weightsOf(manifest, stem, what);
  const { parts, projector, stem: name } = chooseFiles(files, {}, what);
  const used = [...parts, ...(projector ? [projector] : [])].map(({ layer }) => layer);
  const unused = layers.filter((layer) => !used.includes(layer) && !isDocument(layer));
  const licence = await licences(manifest, source);
  const resolved = ({ path, layer }: Weight, role: ModelFileRole): ResolvedFile => {
    const fileName = safeFileName(path.slice(path.lastIndexOf('/') + 1));
    return {
      name: fileName,
      fileName,
      role,
      url: source.blobUrl(layer.digest),
      sizeBytes: layer.size,
      sha256: layer.digest.slice('sha256:'.length),
      ...(source.credentials() && { credentials: source.credentials() }),
    };
  };
  return {
    reference: formatOci({ kind: 'oci', host, repository, version: top.digest }),
    name: nameFrom(name),
    source: { kind: 'oci', repository: `${host}/${repository}`, revision: top.digest },
    ...(licence !== undefined && { licence }),
    files: [
      ...parts.map((part) => resolved(part, 'model')),
      ...(projector ? [resolved(projector, 'projector')] : []),
    ],
    ...(unused.length > 0 && { notes: unusedLayers(what, unused.map(nameOfLayer)) }),
  };
}

/** What is for people to read. */
const isDocument = ({ mediaType }: Descriptor): boolean =>
  mediaType === DOCKER_LICENCE || PACKED_DOCUMENT.test(mediaType);

function nameOfLayer(layer: Descriptor): string {
  const path = pathOf(layer);
  return path === undefined ? layer.mediaType : `${path} (${layer.mediaType})`;
}

interface Weight {
  readonly path: string;
  readonly layer: Descriptor;
}

/** The manifest of an index that is of a model; an index of platforms has one of the same model for each. */
async function fromIndex(
  manifests: readonly Descriptor[],
  source: Registry,
  what: string,
): Promise<Manifest> {
  const able = manifests.filter(
    ({ annotations }) => annotations?.['vnd.docker.reference.type'] === undefined,
  );
  const chosen =
    able.find(({ artifactType }) => artifactType?.includes('model') ?? false) ?? able[0];
  if (!chosen) throw unusable(`${what} is an empty list`, 'Take another tag.');
  const manifest = await source.manifest(chosen.digest, chosen.size);
  if (manifest.manifests) throw badAnswer(`${what} is a list of lists`);
  return manifest;
}

/** The GGUFs of a model. @param stem the name of one that has none */
function weightsOf({ layers = [] }: Manifest, stem: string, what: string): Weight[] {
  const isPacked = ({ mediaType }: Descriptor): boolean => /\.tar/.test(mediaType);
  const weights = layers.filter(
    ({ mediaType }) => mediaType === DOCKER_GGUF || PACKED_WEIGHT.test(mediaType),
  );
  const ggufs = weights.filter(
    (layer) => !isPacked(layer) && /(?:^|\.gguf)$/i.test(ggufPath(layer) ?? ''),
  );
  if (ggufs.length === 0) {
    const archived = weights.some(isPacked);
    throw unusable(
      archived ? `${what} has its weights in an archive` : `${what} has no GGUF`,
      archived
        ? 'zosia uses a blob as it is. Pack it again with its weights as .raw, or take the GGUF out by hand.'
        : `It may be of another format. Its parts are: ${typesOf(layers)}.`,
    );
  }
  const unnamed = ggufs.filter((layer) => ggufPath(layer) === undefined);
  const named = ggufs.map((layer) => {
    const number = unnamed.indexOf(layer) + 1;
    const own = unnamed.length > 1 ? partName(stem, number, unnamed.length) : `${stem}.gguf`;
    return { path: ggufPath(layer) ?? own, layer };
  });
  const projectors = layers
    .filter(({ mediaType }) => mediaType === DOCKER_PROJECTOR)
    .map((layer) => ({ path: projectorPath(layer, stem), layer }));
  const paths = new Set([...named, ...projectors].map(({ path }) => path));
  if (paths.size < named.length + projectors.length) {
    throw new ZosiaError('ZOSIA_MODEL_AMBIGUOUS', `${what} has two files of one name`, {
      hint: 'Ask whoever has packed it.',
    });
  }
  return [...named, ...projectors];
}

/** Docker's type says that it is a GGUF, whatever its title is; the title then becomes a GGUF's name. */
function ggufPath(layer: Descriptor): string | undefined {
  const path = pathOf(layer);
  const isKnown = path === undefined || /\.gguf$/i.test(path) || layer.mediaType !== DOCKER_GGUF;
  return isKnown ? path : `${path}.gguf`;
}

function projectorPath(layer: Descriptor, stem: string): string {
  const path = pathOf(layer);
  return path !== undefined && isProjector(path) ? path : `mmproj-${stem}.gguf`;
}

function pathOf({ annotations }: Descriptor): string | undefined {
  return PATHS.map((name) => annotations?.[name]).find((path) => path !== undefined && path !== '');
}

/** From the configuration that ModelPack has, else from the texts that come with the model. */
async function licences(
  { config, layers = [] }: Manifest,
  source: Registry,
): Promise<string | undefined> {
  if (config && config.size <= MAX_CONFIG_BYTES && config.mediaType.includes('cncf')) {
    const text = new TextDecoder().decode(await source.blob(config, MAX_CONFIG_BYTES));
    const named = tryJson(CONFIG, text)?.descriptor?.licenses ?? [];
    if (named.length > 0) return named.join(' AND ');
  }
  const isLicence = (layer: Descriptor): boolean =>
    layer.mediaType === DOCKER_LICENCE ||
    (PACKED_DOCUMENT.test(layer.mediaType) &&
      /(?:^|\/)licen[cs]e[^/]*$/i.test(pathOf(layer) ?? ''));
  return licenceOf(layers.filter(isLicence), source);
}

function typesOf(layers: readonly Descriptor[]): string {
  const types = [...new Set(layers.map(({ mediaType }) => mediaType))];
  return types.length === 0 ? 'none' : types.slice(0, 6).map(shownText).join(', ');
}
