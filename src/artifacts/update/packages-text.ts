import { compareVersions } from '../debian-version.js';
import { parseStanzas } from '../deb822.js';
import type { Stanza } from '../deb822.js';
import type { PackageIndex } from '../package-index.js';

/**
 * An index out of the text of a Packages file. It has tens of thousands of paragraphs, of which a dozen are
 * asked for: those alone are parsed.
 */
export function packagesIndex(text: string): PackageIndex {
  /** Where the paragraphs of each package begin. */
  const starts = new Map<string, number[]>();
  for (const { 1: name, index } of text.matchAll(/^Package:[ \t]*(\S+)[ \t]*\r?$/gim)) {
    const start = paragraphStart(text, index);
    const others = starts.get(name!);
    if (others) others.push(start);
    else starts.set(name!, [start]);
  }
  return {
    show(names) {
      const found = names.flatMap((name) => {
        const stanzas = (starts.get(name) ?? []).flatMap((start) => paragraphAt(text, start));
        return highest(stanzas.filter((stanza) => stanza.get('package') === name)) ?? [];
      });
      return Promise.resolve(found);
    },
  };
}

/** The field that names the package need not come first. */
function paragraphStart(text: string, at: number): number {
  const end = text.lastIndexOf('\n\n', at);
  return end < 0 ? 0 : end + 2;
}

function paragraphAt(text: string, start: number): Stanza[] {
  const end = text.indexOf('\n\n', start);
  return parseStanzas(text.slice(start, end < 0 ? undefined : end)).slice(0, 1);
}

function highest(stanzas: readonly Stanza[]): Stanza | undefined {
  return stanzas.reduce<Stanza | undefined>((best, stanza) => {
    const [version, other] = [stanza, best].map((each) => each?.get('version') ?? '');
    return best === undefined || compareVersions(version!, other!) > 0 ? stanza : best;
  }, undefined);
}
