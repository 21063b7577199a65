import { InvalidArgumentError } from 'commander';
import { variableOption } from '../variable-option.js';
import type { VariableOption } from '../variable-option.js';

/** The variable is that of https://reproducible-builds.org/specs/source-date-epoch/. */
export const sourceDateOption = (): VariableOption =>
  variableOption(
    '--source-date <s>',
    'time of the files, in seconds since 1970; the beginning of 1980 unless given',
    'SOURCE_DATE_EPOCH',
    sourceDateSeconds,
  );

/** The same of a document. */
export const createdOption = (): VariableOption =>
  variableOption(
    '--created <s>',
    "date of the document, in seconds since 1970; that of the lock's newest packages unless given",
    'SOURCE_DATE_EPOCH',
    sourceDateSeconds,
  );

function sourceDateSeconds(text: string): number {
  const seconds = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(seconds)) return seconds;
  throw new InvalidArgumentError('Give whole seconds since 1970, as in 1700000000.');
}
