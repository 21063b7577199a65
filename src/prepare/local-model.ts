import { describeModel } from '../formats/gguf/model-info.js';
import { readCompanion, readModel } from '../recipes/model.js';
import type { ModelSearch } from '../recipes/find-model.js';
import type { FitSubject } from './fit.js';

/**
 * What of a model on this host decides whether it fits.
 *
 * @throws ZosiaError as `readModel`
 */
export async function localSubject(
  model: string | undefined,
  search: ModelSearch,
): Promise<FitSubject> {
  const { name, info } = await readModel(model, search);
  const { quantisation, parameterCount, tokenBytes } = info;
  return { name, facts: info, downloadBytes: 0, quantisation, parameterCount, tokenBytes };
}

/**
 * {@link localSubject} of a draft.
 *
 * @throws ZosiaError as `readCompanion`
 */
export async function localDraft(draft: string, search: ModelSearch): Promise<FitSubject> {
  const { fileName, header } = await readCompanion(draft, 'draft', search);
  return { name: fileName, facts: describeModel(header), downloadBytes: 0 };
}
