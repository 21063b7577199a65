import { createRequire } from 'node:module';
import type { Info } from 'spdx-expression-parse';
import { licenceName } from './licence-names.js';
import type { OtherLicence } from './licence-names.js';

const parse = createRequire(import.meta.url)('spdx-expression-parse') as (text: string) => Info;

export interface LicenceExpression {
  /** An SPDX expression (SPDX 2.3, annex D). */
  readonly expression: string;
  /** What it refers to beside the SPDX list, each once. */
  readonly others: readonly OtherLicence[];
}

/** No model's is near as long; the parser calls itself for each pair of brackets. */
const MAX_EXPRESSION = 1000;
const REFERENCE = /(?<![\w.:-])LicenseRef-[A-Za-z0-9.-]+/g;

/**
 * A licence as a model or its source names it: an SPDX expression, or one name (see `licenceName`). References
 * of an expression are kept as they are, but for those into other documents, which nobody has.
 *
 * @param scope what a reference that is made here is named after
 */
export function licenceExpression(text: string, scope: string): LicenceExpression {
  const { expression, other } = licenceName(text, scope);
  if (!other) return { expression, others: [] };
  if (!isExpression(text)) return { expression, others: [other] };
  const ids = [...new Set([...text.matchAll(REFERENCE)].map(([id]) => id))];
  return { expression: text, others: ids.map((id) => ({ id, name: id })) };
}

function isExpression(text: string): boolean {
  if (text.length > MAX_EXPRESSION || text.includes('DocumentRef-')) return false;
  try {
    parse(text);
    return true;
  } catch {
    // What is no expression is a name.
    return false;
  }
}
