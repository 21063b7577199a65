import { basename } from 'node:path';
import { ZosiaError } from '../../errors.js';
import { adapterMisfit } from '../../formats/gguf/adapter.js';
import type { BaseModel } from '../../formats/gguf/base-model.js';
import { projectorMisfit } from '../../formats/gguf/projector.js';
import type { GgufHeader } from '../../formats/gguf/reader.js';

/** What a GGUF holds: a language model, or something that goes with one. */
export type GgufKind = 'model' | 'projector' | 'adapter';

const KIND_NAMES: Readonly<Record<GgufKind, string>> = {
  model: 'a language model',
  projector: 'a multimodal projector',
  adapter: 'a LoRA adapter',
};

const USES: Readonly<Record<GgufKind, (name: string) => string>> = {
  model: (name) => `zosia image model ${name}`,
  projector: (name) => `zosia image model MODEL --mmproj ${name}`,
  adapter: (name) => `zosia image model MODEL --lora ${name}`,
};

/**
 * What a GGUF says it holds (GGUF specification, `general.type`). Projectors made before there was such
 * a key are known by their architecture, as llama.cpp knows them.
 */
export function kindOf({ metadata }: GgufHeader): GgufKind {
  if (metadata.get('general.architecture') === 'clip') return 'projector';
  switch (metadata.get('general.type')) {
    case 'mmproj':
      return 'projector';
    case 'adapter':
      return 'adapter';
    default:
      return 'model';
  }
}

/** @throws ZosiaError `ZOSIA_MODEL_WRONG_KIND` when a GGUF is another thing than it is wanted for */
export function requireKind(header: GgufHeader, wanted: GgufKind, path: string): void {
  const kind = kindOf(header);
  if (kind === wanted) return;
  throw new ZosiaError(
    'ZOSIA_MODEL_WRONG_KIND',
    `${path} is ${KIND_NAMES[kind]}, not ${KIND_NAMES[wanted]}`,
    { hint: `It goes on a disk as: ${USES[kind](basename(path))}` },
  );
}

/** What goes with a model. */
export type CompanionKind = Exclude<GgufKind, 'model'>;

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
  const misfit = (kind === 'adapter' ? adapterMisfit : projectorMisfit)(header, model);
  if (misfit === undefined) return;
  const name = kind === 'adapter' ? 'adapter' : 'projector';
  throw new ZosiaError(
    'ZOSIA_COMPANION_DOES_NOT_FIT',
    `${path} does not fit the model: ${misfit}`,
    {
      hint: `Take the ${name} that was made for this model, or the model that the ${name} was made for.`,
    },
  );
}
