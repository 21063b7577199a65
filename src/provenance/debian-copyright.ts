import { parseStanzas } from '../artifacts/deb822.js';
import { licenceName } from './licence-names.js';
import type { OtherLicence } from './licence-names.js';

/** The licences of a package. */
export interface PackageLicences {
  /** An SPDX expression: that of each file, joined by AND. */
  readonly expression: string;
  /** What the expression refers to beside the SPDX list, with the texts. */
  readonly others: readonly (OtherLicence & { readonly text: string })[];
}

/** The longest text of a licence that is taken over. */
const MAX_TEXT = 20_000;
/** No package has near as many. */
const MAX_LICENCES = 500;

/**
 * Reads a machine-readable copyright file (Debian's copyright-format 1.0, DEP-5): the licences of all files of
 * the source package. Undefined for a file of another form.
 *
 * @param packageName names the references to licences that SPDX does not list
 */
export function readDebianCopyright(
  text: string,
  packageName: string,
): PackageLicences | undefined {
  const [header, ...stanzas] = parseStanzas(text);
  if (!header || !/copyright-format\/1\.0/.test(header.get('format') ?? '')) return undefined;
  const texts = new Map<string, string>();
  const wanted = new Set<string>();
  for (const stanza of stanzas) {
    const [name, ...lines] = (stanza.get('license') ?? '').split('\n');
    const short = name!.replace(/\s+/g, ' ').trim();
    if (short === '') continue;
    const body = lines.join('\n').trim();
    if (body !== '') texts.set(short.toLowerCase(), body);
    if (stanza.has('files')) wanted.add(short);
  }
  if (wanted.size === 0 || wanted.size > MAX_LICENCES) return undefined;
  const others = new Map<string, OtherLicence & { readonly text: string }>();
  const simple = (name: string): string => {
    const { expression, other } = licenceName(name, packageName);
    if (other) {
      const body = texts.get(name.toLowerCase()) ?? `What Debian calls ${name}.`;
      others.set(other.id, { ...other, text: body.slice(0, MAX_TEXT) });
    }
    return expression;
  };
  const parts = new Set<string>();
  for (const each of wanted) for (const part of conjuncts(each, simple)) parts.add(part);
  return {
    expression: [...parts].sort().join(' AND '),
    others: [...others.values()].sort((a, b) => (a.id < b.id ? -1 : 1)),
  };
}

/**
 * What has to hold of a licence field at once (7.2): `and` binds closer than `or`, and a comma before either
 * ends what it joins.
 */
function conjuncts(field: string, simple: (name: string) => string): string[] {
  const groups = field.split(/,\s*(and|or)\s+/i);
  const joined = [disjunction(groups[0]!, simple)];
  for (let i = 1; i < groups.length; i += 2) {
    const next = disjunction(groups[i + 1]!, simple);
    if (groups[i]!.toLowerCase() === 'and') joined.push(next);
    else {
      const before = joined.splice(0).flat();
      joined.push([`(${[all(before), all(next)].join(' OR ')})`]);
    }
  }
  return joined.flat();
}

const all = (parts: readonly string[]): string =>
  parts.length === 1 ? parts[0]! : `(${parts.join(' AND ')})`;

/** @returns what has to hold at once */
function disjunction(text: string, simple: (name: string) => string): string[] {
  const choices = text
    .split(/\s+or\s+/i)
    .map((choice) => choice.split(/\s+and\s+/i).map((name) => simple(name.trim())));
  return choices.length === 1 ? choices[0]! : [`(${choices.map(all).join(' OR ')})`];
}
