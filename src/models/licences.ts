/** SPDX's name for what the hub calls licences (hub documentation, "Licenses"); others keep the hub's own name. */
const SPDX_OF_HUB: ReadonlyMap<string, string> = new Map([
  ['apache-2.0', 'Apache-2.0'],
  ['mit', 'MIT'],
  ['bsd-2-clause', 'BSD-2-Clause'],
  ['bsd-3-clause', 'BSD-3-Clause'],
  ['cc-by-4.0', 'CC-BY-4.0'],
  ['cc-by-nc-4.0', 'CC-BY-NC-4.0'],
  ['cc-by-nc-sa-4.0', 'CC-BY-NC-SA-4.0'],
  ['cc-by-sa-4.0', 'CC-BY-SA-4.0'],
  ['cc0-1.0', 'CC0-1.0'],
  ['cdla-permissive-2.0', 'CDLA-Permissive-2.0'],
  ['gpl-3.0', 'GPL-3.0-only'],
  ['agpl-3.0', 'AGPL-3.0-only'],
  ['lgpl-3.0', 'LGPL-3.0-only'],
  ['isc', 'ISC'],
  ['unlicense', 'Unlicense'],
]);

/** SPDX's name for a licence that the hub names, or the hub's own. */
export function licenceFromHub(name: string | undefined): string | undefined {
  // "other" and "unknown" say nothing.
  if (name === undefined || name === 'other' || name === 'unknown') return undefined;
  return SPDX_OF_HUB.get(name.toLowerCase()) ?? name;
}

/** What texts of licences begin with, and the name for it: SPDX's, where it has one. */
const BEGINNINGS: readonly (readonly [RegExp, string])[] = [
  [/^apache license\s+version 2\.0/i, 'Apache-2.0'],
  [/^(?:the )?mit license/i, 'MIT'],
  [/^gnu affero general public license\s+version 3/i, 'AGPL-3.0-only'],
  [/^gnu general public license\s+version 3/i, 'GPL-3.0-only'],
];
const MIT_TEXT = /permission is hereby granted, free of charge, to any person obtaining a copy/i;

const MAX_LINE = 80;

/** A licence by its text: SPDX's name where the text is known, else the first line of it. */
export function licenceFromText(text: string): string | undefined {
  const words = text.replace(/\s+/g, ' ').trim();
  const known = BEGINNINGS.find(([beginning]) => beginning.test(words))?.[1];
  if (known !== undefined) return known;
  if (MIT_TEXT.test(words.slice(0, 2000))) return 'MIT';
  const line = text
    .split(/\r?\n/)
    .map((each) => each.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '').trim())
    .find((each) => /[\p{L}\p{N}]/u.test(each));
  return line === undefined ? undefined : line.slice(0, MAX_LINE);
}
