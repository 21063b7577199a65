import { ZosiaError } from '../../errors.js';
import { shellPath } from '../../shell-word.js';
import { adapterMisfit } from '../../formats/gguf/adapter.js';
import type { BaseModel } from '../../formats/gguf/base-model.js';
import { draftMisfit } from '../../formats/gguf/draft.js';
import { kindOf } from '../../formats/gguf/kind.js';
import type { GgufKind } from '../../formats/gguf/kind.js';
import { projectorMisfit } from '../../formats/gguf/projector.js';
import type { GgufHeader } from '../../formats/gguf/reader.js';

/** What is told of each kind: what it is called, and what to do with one, by its path or name. */
const KINDS: Readonly<Record<GgufKind, { name: string; use: (file: string) => string }>> = {
  model: {
    name: 'a language model',
    use: (file) => `It goes on a disk as: zosia image model ${shellPath(file)}`,
  },
  projector: {
    name: 'a multimodal projector',
    use: (file) => `It goes on a disk as: zosia image model MODEL --mmproj ${shellPath(file)}`,
  },
  adapter: {
    name: 'a LoRA adapter',
    use: (file) => `It goes on a disk as: zosia image model MODEL --lora ${shellPath(file)}`,
  },
  vocabulary: {
    name: 'a vocabulary without weights',
    use: () => 'It is for trying tokenizers. Get the GGUF of the whole model.',
  },
  embedding: {
    name: 'an embedding model, which turns texts into vectors and generates none',
    use: (file) => `It answers /v1/embeddings or /v1/rerank of: zosia serve ${shellPath(file)}`,
  },
  'importance-matrix': {
    name: 'an importance matrix, with which models are quantised',
    use: () => 'It is for llama-quantize. Get the GGUF of the model itself.',
  },
  'control-vector': {
    name: 'a control vector, which steers a model',
    use: () => 'zosia loads none. Name the model that it was made for.',
  },
};

/** What a kind is called in prose: "a LoRA adapter". */
export const nameOfKind = (kind: GgufKind): string => KINDS[kind].name;

/**
 * @throws ZosiaError `ZOSIA_MODEL_WRONG_KIND` when a GGUF is another thing than it is wanted for;
 * `ZOSIA_MODEL_VOCABULARY_ONLY` when it is to be a model, and is the vocabulary of one
 */
export function requireKind(
  header: GgufHeader,
  wanted: GgufKind | readonly GgufKind[],
  path: string,
): void {
  const kind = kindOf(header);
  const [first, ...others] = [wanted].flat();
  if (first === kind || others.includes(kind)) return;
  if (kind === 'vocabulary' && first === 'model') {
    throw new ZosiaError(
      'ZOSIA_MODEL_VOCABULARY_ONLY',
      `${path} holds a vocabulary and no weights: nothing can be generated with it`,
      { hint: KINDS[kind].use(path) },
    );
  }
  throw wrongKind(kind, first!, path);
}

/**
 * The error when something is of another kind than it is wanted for.
 *
 * @param name its path, or the name that it has in a store
 */
export const wrongKind = (kind: GgufKind, wanted: GgufKind, name: string): ZosiaError =>
  new ZosiaError(
    'ZOSIA_MODEL_WRONG_KIND',
    `${name} is ${nameOfKind(kind)}, not ${nameOfKind(wanted)}`,
    { hint: KINDS[kind].use(name) },
  );

/** What llama-server answers with by itself: what generates text, and what turns texts into vectors. */
export type ModelKind = Extract<GgufKind, 'model' | 'embedding'>;
export const MODEL_KINDS: readonly ModelKind[] = ['model', 'embedding'];

/** What goes with a model. A draft is a smaller model that proposes tokens to it. */
export type CompanionKind = Extract<GgufKind, 'projector' | 'adapter'> | 'draft';

/** What a file has to be to go with a model as such. */
export const kindFor = (companion: CompanionKind): GgufKind =>
  companion === 'draft' ? 'model' : companion;

const COMPANIONS: Readonly<
  Record<
    CompanionKind,
    {
      readonly misfit: (header: GgufHeader, model: BaseModel) => string | undefined;
      readonly hint: string;
    }
  >
> = {
  adapter: { misfit: adapterMisfit, hint: madeFor('adapter') },
  projector: { misfit: projectorMisfit, hint: madeFor('projector') },
  draft: {
    misfit: draftMisfit,
    hint: 'Take a smaller model of the same family: a draft has to have the tokens of the model.',
  },
};

function madeFor(name: string): string {
  return `Take the ${name} that was made for this model, or the model that the ${name} was made for.`;
}

/**
 * @param header of a companion of that kind
 * @throws ZosiaError `ZOSIA_COMPANION_DOES_NOT_FIT`
 */
export function requireFit(
  header: GgufHeader,
  kind: CompanionKind,
  model: BaseModel,
  path: string,
): void {
  const companion = COMPANIONS[kind];
  const misfit = companion.misfit(header, model);
  if (misfit === undefined) return;
  throw new ZosiaError(
    'ZOSIA_COMPANION_DOES_NOT_FIT',
    `${path} does not fit the model: ${misfit}`,
    { hint: companion.hint },
  );
}
