import { basename } from 'node:path';
import { ZosiaError } from '../errors.js';
import { option, wording } from '../wording.js';
import { checkGguf } from '../formats/gguf/check.js';
import type { BaseModel } from '../formats/gguf/base-model.js';
import { checkLoadable } from '../formats/gguf/loadable.js';
import { kindOf } from '../formats/gguf/kind.js';
import { poolingOf } from '../formats/gguf/pooling.js';
import type { Pooling } from '../formats/gguf/pooling.js';
import { layerSizes } from '../formats/gguf/layer-sizes.js';
import type { LayerSizes } from '../formats/gguf/layer-sizes.js';
import { describeModel } from '../formats/gguf/model-info.js';
import type { ModelInfo } from '../formats/gguf/model-info.js';
import type { GgufHeader } from '../formats/gguf/reader.js';
import { digestBytes } from '../host/digest.js';
import { accessFile } from '../host/access-file.js';
import { lookAtFile } from '../host/host-file.js';
import type { HostFile } from '../host/host-file.js';
import { kindFor, requireKind } from '../inspect/models/kind.js';
import type { CompanionKind, ModelKind } from '../inspect/models/kind.js';
import { baseOfParts, headerOfAll, readModelParts } from '../inspect/models/parts.js';
import { asSearch, findModel, findModelFolder } from './find-model.js';
import type { FoundFile, ModelSearch } from './find-model.js';
import { digestIfUnchanged, knownDigest } from './known-digest.js';

/** A GGUF that has been looked at and found whole. */
export interface GgufFile extends HostFile {
  /** The name it goes by, which its path need not end in: parts of a split model are found by it. */
  readonly fileName: string;
  /** See `ModelPart.headerSha256`. */
  readonly headerSha256: string;
  /** Of the whole file, where it is known without reading it: see `KnownDigest`. */
  readonly sha256?: string | undefined;
}

/** A projector, an adapter or a draft that has been looked at and found whole. */
export interface Companion extends GgufFile {
  readonly kind: CompanionKind;
  readonly header: GgufHeader;
}

/** A model that has been looked at and found whole. */
export interface Model {
  /** What people call it: the name it was found by, or the file's own. */
  readonly name: string;
  /** Absolute path of the GGUF; of a split model, of the first part. */
  readonly path: string;
  /** Bytes of all its files. */
  readonly sizeBytes: number;
  readonly info: ModelInfo;
  readonly kind: ModelKind;
  /** Of one that turns texts into vectors: see `KindDetails`. */
  readonly pooling?: Pooling | undefined;
  readonly base: BaseModel;
  /** What each part of it takes that one machine may hold of several. */
  readonly layers: LayerSizes;
  /** Its files: one, or all parts of a split model in order. */
  readonly parts: readonly GgufFile[];
}

/**
 * Finds a model by path, by name in the models folder (with or without `.gguf`), or by name or reference among those
 * that have been pulled and those of other programs; and checks it against its own tensor table. Any part of a split
 * model stands for all of them. Without a name, or by its own where nothing else has it, it is the built-in model.
 * Nothing is downloaded.
 *
 * @param kinds what it may be; a language model unless given
 * @throws ZosiaError `ZOSIA_MODEL_NOT_NAMED`, `ZOSIA_MODEL_NOT_FOUND`, `ZOSIA_MODEL_IS_CHECKPOINT`, and those of
 * `embeddedModelPath`, `readModelParts` and `NamedModels.find`
 */
export async function readModel(
  name: string | undefined,
  search: string | ModelSearch,
  kinds?: readonly ModelKind[],
): Promise<Model> {
  return (await readModelAndHeader(name, search, kinds)).model;
}

/** {@link readModel}, with the first part's header and the tensors of all. */
export async function readModelAndHeader(
  name: string | undefined,
  search: string | ModelSearch,
  kinds?: readonly ModelKind[],
): Promise<{ readonly model: Model; readonly header: GgufHeader }> {
  const { found, folder } = await findModelFolder(name, search);
  const parts = await readModelParts(found.fileName, folder, kinds);
  const header = headerOfAll(parts);
  const files = await Promise.all(
    parts.map(async (part) => {
      const looked = await lookAtFile(folder.pathOf(part.name));
      const sha256 = digestOf(found, part.name, looked);
      return { ...looked, fileName: part.name, headerSha256: part.headerSha256, sha256 };
    }),
  );
  const model: Model = {
    name: found.located?.name ?? basename(found.path),
    path: files[0]!.path,
    sizeBytes: files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    info: describeModel(header),
    kind: kindOf(header) as ModelKind,
    pooling: poolingOf(header),
    base: baseOfParts(parts),
    layers: layerSizes(header),
    parts: files,
  };
  return { model, header };
}

const digestOf = (found: FoundFile, fileName: string, looked: HostFile): string | undefined =>
  digestIfUnchanged(found.known ?? knownDigest(found.located, fileName), looked);

/**
 * {@link readModel} for several names, all of which have to be parts of one model.
 *
 * @throws ZosiaError `ZOSIA_MODEL_NOT_ONE`, and those of `readModel`
 */
export async function readModelFiles(
  names: readonly string[],
  search: string | ModelSearch,
): Promise<Model> {
  const [first, ...others] = names;
  const model = await readModel(first, search);
  for (const name of others) {
    const { path } = await findModel(name, asSearch(search));
    if (model.parts.some((part) => part.path === path)) continue;
    throw new ZosiaError('ZOSIA_MODEL_NOT_ONE', `${path} is no part of ${model.path}`, {
      hint: [
        wording`A disk holds one model. What goes with it is given with ${option('projector')} and ${option('adapters')}, anything else with ${option('extras', 'FILE:/NAME')}.`,
        'A disk holds one model.',
      ],
    });
  }
  return model;
}

/**
 * Finds what goes with a model, as {@link readModel} finds models, and checks it.
 *
 * @throws ZosiaError `ZOSIA_MODEL_NOT_FOUND`, `ZOSIA_MODEL_WRONG_KIND`, `ZOSIA_COMPANION_SPLIT`, and those of
 *   `checkGguf` and `checkLoadable`
 */
export async function readCompanion(
  name: string,
  kind: CompanionKind,
  search: string | ModelSearch,
): Promise<Companion> {
  const found = await findModel(name, asSearch(search), kind);
  const { path, fileName } = found;
  const looked = await lookAtFile(path);
  const file = await accessFile(looked.path);
  try {
    const header = await checkGguf(file, looked.path);
    requireKind(header, kindFor(kind), looked.path);
    if (kind === 'draft') requireWhole(header, looked.path);
    const headerSha256 = digestBytes(await file.read(0, header.headerBytes));
    const sha256 = digestOf(found, fileName, looked);
    return { ...looked, fileName, headerSha256, sha256, kind, header };
  } finally {
    await file.close();
  }
}

/**
 * A draft has one name on a disk: the other parts of a split one would have to keep theirs.
 *
 * @throws ZosiaError `ZOSIA_COMPANION_SPLIT`, and those of `checkLoadable`
 */
function requireWhole(header: GgufHeader, path: string): void {
  const { splitCount = 1 } = describeModel(header);
  if (splitCount > 1) {
    throw new ZosiaError(
      'ZOSIA_COMPANION_SPLIT',
      `${path} is one of ${splitCount} parts: a draft has to be one file`,
      { hint: 'Join the parts with llama-gguf-split --merge, or take a smaller draft.' },
    );
  }
  checkLoadable(header, path);
}
