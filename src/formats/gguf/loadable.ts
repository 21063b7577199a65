import { ARCHITECTURES } from './architectures.js';
import { corrupt, unsupported } from './errors.js';
import { checkHyperparameters } from './hyperparameters.js';
import { checkLlamaTensors } from './llama-tensors.js';
import { kindOf } from './kind.js';
import { whatElseIsMade } from './other-architectures.js';
import type { GgufHeader } from './reader.js';
import { TypedMetadata } from './typed-metadata.js';
import { checkVocabulary } from './vocabulary.js';

/** ggml: TENSOR_ALIGNMENT, of which a mapped file's weights have to begin at a multiple. */
const BUFFER_ALIGNMENT_BYTES = 32;

/**
 * Checks of a GGUF of any kind what llama.cpp would refuse of it by itself: models, those that make vectors
 * among them, as {@link checkLoadable}, vocabularies as those of models. What goes with a model is checked
 * against that.
 *
 * @throws ZosiaError `ZOSIA_MODEL_UNSUPPORTED`, `ZOSIA_MODEL_CORRUPT`
 */
export function checkByKind(header: GgufHeader, name: string): void {
  const kind = kindOf(header);
  if (kind === 'model' || kind === 'embedding') checkLoadable(header, name);
  if (kind === 'vocabulary') checkVocabulary(new TypedMetadata(header, name), name);
}

/**
 * Checks that the pinned llama.cpp would load a model: that it knows its architecture, and would take its
 * hyperparameters, its vocabulary and, of the commonest architecture, its tensors. What it wants of each
 * other architecture by itself is left to it.
 *
 * @param header of the whole model: of a split one, the first part's with the tensors of all
 * @throws ZosiaError `ZOSIA_MODEL_UNSUPPORTED`, `ZOSIA_MODEL_CORRUPT`
 */
export function checkLoadable(header: GgufHeader, name: string): void {
  const metadata = new TypedMetadata(header, name);
  const architecture = metadata.required('general.architecture', 'string');
  if (!ARCHITECTURES.has(architecture)) {
    const made = whatElseIsMade(architecture);
    if (made !== undefined) {
      throw unsupported(
        name,
        `it makes ${made} (its architecture is ${architecture}), which llama.cpp does not`,
        'Name a model that generates text.',
      );
    }
    throw unsupported(
      name,
      `llama.cpp does not know its architecture, ${JSON.stringify(architecture.slice(0, 80))}`,
      'It may be damaged, or newer than the llama.cpp that zosia comes with: get a newer zosia.',
    );
  }
  if (header.dataOffset % BUFFER_ALIGNMENT_BYTES !== 0) {
    throw corrupt(
      name,
      `its weights begin at byte ${header.dataOffset}, no multiple of ${BUFFER_ALIGNMENT_BYTES}`,
    );
  }
  checkHyperparameters(metadata, architecture, name);
  const tokens = checkVocabulary(metadata, name);
  if (architecture === 'llama') {
    checkLlamaTensors(metadata, header.tensors, tokens?.length, name);
  }
}
