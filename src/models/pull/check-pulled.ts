import { shownText } from '../../download/shown-text.js';
import { ZosiaError } from '../../errors.js';
import { checkModelFiles } from '../check-files.js';
import type { LocatedFile } from '../located-model.js';
import type { ResolvedFile } from '../resolved-model.js';
import type { StoredFile, StoredModelFacts } from '../store/record.js';

/** What is wrong with what a source has put together; what to do with such a file of one's own does not help. */
const OF_THE_SOURCE: readonly string[] = [
  'ZOSIA_MODEL_WRONG_KIND',
  'ZOSIA_MODEL_VOCABULARY_ONLY',
  'ZOSIA_MODEL_PART_NAME',
  'ZOSIA_MODEL_PART_MISSING',
  'ZOSIA_MODEL_PARTS_DIFFER',
];

/**
 * Checks that what a source has given is a model. Messages call files as the source does, not by their places in the
 * store, and say who has them.
 *
 * @param wanted the files in the same order, as the source has told them
 * @throws ZosiaError as `checkModelFiles`
 */
export async function checkPulled(
  files: readonly (LocatedFile & Pick<StoredFile, 'fileName'>)[],
  wanted: readonly ResolvedFile[],
): Promise<StoredModelFacts> {
  const shown = files.map((file, index) => {
    const { name, url } = wanted[index]!;
    return { ...file, shownAs: `${shownText(name)} from ${url.host}` };
  });
  try {
    return await checkModelFiles(shown);
  } catch (error) {
    if (!(error instanceof ZosiaError) || !OF_THE_SOURCE.includes(error.code)) throw error;
    throw new ZosiaError(error.code, error.message, {
      hint: 'The model is not kept: take another one, or ask whoever publishes it.',
      cause: error,
    });
  }
}
