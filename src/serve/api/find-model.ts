import { nearestNames } from '../../models/nearest-names.js';
import type { ServedModel } from '../backend.js';
import { ApiError } from './api-error.js';
import { toldAliases } from './told-aliases.js';

/** More are no help. */
const MAX_NAMED = 10;

/**
 * The model of a name or an alias; without a name, the only one there is.
 *
 * @throws ApiError 400, 404
 */
export function findModel(models: readonly ServedModel[], name: string | undefined): ServedModel {
  if (name === undefined) {
    if (models.length === 1) return models[0]!;
    throw new ApiError(400, `the body must name a model: ${whatThereIs(models, '')}`, {
      code: 'model_missing',
    });
  }
  const found =
    models.find((model) => model.name === name) ??
    models.find(({ aliases }) => aliases.includes(name));
  if (found) return found;
  throw new ApiError(404, `there is no model of that name: ${whatThereIs(models, name)}`, {
    code: 'model_not_found',
  });
}

/** The names that may have been meant come first. */
function whatThereIs(models: readonly ServedModel[], name: string): string {
  if (models.length === 0) return 'none is served';
  const names = models.map((model) => model.name);
  const all = models.flatMap((model) => [model.name, ...toldAliases(model)]);
  const ordered = [...new Set([nearestNames(name, all), names].flat())];
  const left = ordered.length - MAX_NAMED;
  return `there is ${ordered.slice(0, MAX_NAMED).join(', ')}${left > 0 ? ` and ${left} more` : ''}`;
}
