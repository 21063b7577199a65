import { basename } from 'node:path';
import { ZosiaError } from '../errors.js';
import type { GgufHeader } from '../formats/gguf/reader.js';

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
