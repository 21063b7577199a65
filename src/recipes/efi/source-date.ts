import { ZosiaError } from '../../errors.js';

/**
 * The time that files on a disk get: `SOURCE_DATE_EPOCH` when it is set (reproducible-builds.org), else
 * 0, which FAT keeps as the beginning of 1980.
 *
 * @returns seconds since 1970
 * @throws ZosiaError `ZOSIA_BAD_SOURCE_DATE`
 */
export function sourceDateSeconds(text = process.env.SOURCE_DATE_EPOCH): number {
  if (text === undefined || text === '') return 0;
  const seconds = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(seconds)) return seconds;
  throw new ZosiaError('ZOSIA_BAD_SOURCE_DATE', `SOURCE_DATE_EPOCH cannot be ${text}`, {
    hint: 'Set it to whole seconds since 1970, as in 1700000000, or unset it.',
  });
}
