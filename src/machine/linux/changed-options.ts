import { shortened } from '../../wording.js';

const OPTION = /^--?[A-Za-z]/;

/** More of an option than that, a system prompt say, would hide the rest. */
const MAX_CHARACTERS = 60;

/**
 * What is not the same in two command lines, for people: `--temp 0.8, now --temp 0`.
 *
 * @param before,now words; what follows an option belongs to it
 */
export function changedOptions(before: readonly string[], now: readonly string[]): string {
  const [was, is] = [options(before), options(now)];
  const gone = without(was, is);
  const added = without(is, was);
  if (gone.length === 0 && added.length === 0) return 'in another order';
  return `${listed(gone)}, now ${listed(added)}`;
}

function options(words: readonly string[]): string[] {
  const found: string[][] = [];
  for (const word of words) {
    if (OPTION.test(word) || found.length === 0) found.push([word]);
    else found.at(-1)!.push(word);
  }
  return found.map((option) => option.join(' '));
}

/** What a list has more often than another. */
function without(list: readonly string[], other: readonly string[]): string[] {
  const left = [...other];
  return list.filter((option) => {
    const at = left.indexOf(option);
    if (at !== -1) left.splice(at, 1);
    return at === -1;
  });
}

const listed = (all: readonly string[]): string =>
  all.length === 0 ? 'none' : all.map((option) => shortened(option, MAX_CHARACTERS)).join(' ');
