import type { ServedModel } from '../backend.js';
import { withoutPaths } from './without-paths.js';

/** The other names of a model that clients are told: where its file lies is nobody's business. */
export const toldAliases = ({ aliases }: Pick<ServedModel, 'aliases'>): string[] =>
  aliases.filter((alias) => withoutPaths(alias) === alias);
