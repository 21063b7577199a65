import { ZosiaError } from '../../errors.js';
import { option, wording } from '../../wording.js';

/**
 * Parses the shares of workers, `3,1`: one for each, in their order. A worker with 0 holds nothing.
 *
 * @throws ZosiaError `ZOSIA_TENSOR_SPLIT_INVALID`
 */
export function parseTensorSplit(text: string, workerCount: number): number[] {
  const shares = text.split(',').map((item) => {
    const share = item.trim();
    if (!/^\d{1,15}(?:\.\d{1,15})?$/.test(share)) {
      throw invalid(`${JSON.stringify(share)} is no share of a model`);
    }
    return Number(share);
  });
  checkTensorSplit(shares, workerCount);
  return shares;
}

/** @throws ZosiaError `ZOSIA_TENSOR_SPLIT_INVALID` */
export function checkTensorSplit(shares: readonly number[], workerCount: number): void {
  if (shares.length !== workerCount) {
    throw invalid(`${count(shares.length, 'share')} for ${count(workerCount, 'worker')}`);
  }
  if (shares.some((share) => !(share >= 0 && Number.isFinite(Math.fround(share))))) {
    throw invalid('a share is no number that is 0 or more');
  }
  // llama.cpp would take it for none, and split by memory.
  if (shares.every((share) => Math.fround(share) === 0)) throw invalid('all shares are 0');
}

const count = (number: number, what: string): string =>
  `${number} ${what}${number === 1 ? '' : 's'}`;

const invalid = (why: string): ZosiaError =>
  new ZosiaError('ZOSIA_TENSOR_SPLIT_INVALID', `the model cannot be split so: ${why}`, {
    hint: wording`Give one number for each worker, in their order, as in ${option('tensorSplit', '3,1')}.`,
  });
