import { CATALOGUE } from './catalogue/catalogue.js';
import type { CatalogueEntry } from './catalogue/catalogue.js';
import { fileNameOf } from './model-files.js';
import type { Conversion, StoredModel } from './store/record.js';

/**
 * What a model of the store was converted from; undefined for one that is as its source has it. Earlier versions did
 * not write that down: theirs are known by what the catalogue has of their source.
 */
export function conversionOf(model: StoredModel): Conversion | undefined {
  if (model.convertedFrom) return model.convertedFrom;
  const { reference, source, files } = model;
  // What was pulled as it is has a reference.
  if (reference !== undefined || source.kind !== 'hub') return undefined;
  const [file] = files;
  const isOf = ({ name, checkpoint, gguf }: CatalogueEntry): boolean =>
    !gguf &&
    checkpoint?.repository === source.repository &&
    [`${name}.gguf`, `${model.name}.gguf`].includes(file?.fileName ?? '');
  const candidates = CATALOGUE.filter(isOf);
  const entry = candidates.find(({ name }) => file?.fileName === `${name}.gguf`);
  if (entry?.checkpoint) {
    return {
      files: [{ role: 'model', fileName: fileNameOf(entry.checkpoint.file) }],
    };
  }
  // Under another name nobody knows which of them it was.
  return candidates.length > 0 ? { files: [] } : undefined;
}

/** What people are told of a conversion: `stories42M.bin of karpathy/tinyllamas`. */
export function conversionText({ files }: Conversion, { source }: StoredModel): string {
  const checkpoint = files.find(({ role }) => role === 'model');
  return `${checkpoint?.fileName ?? 'a checkpoint'} of ${source.repository}`;
}
