/** One paragraph of Debian's control format; the names of fields are in lower case. */
export type Stanza = ReadonlyMap<string, string>;

/**
 * Reads paragraphs of `Name: value` fields (deb822(5)), such as a Packages index or a Release file.
 * A continued field keeps its line breaks. Lines that are no field are passed over.
 */
export function parseStanzas(text: string): Stanza[] {
  const stanzas: Map<string, string>[] = [];
  let current: Map<string, string> | undefined;
  let field: string | undefined;
  for (const line of text.split(/\r?\n/)) {
    if (line.trim() === '') {
      current = undefined;
      field = undefined;
    } else if (/^[ \t]/.test(line)) {
      if (current && field !== undefined) {
        current.set(field, `${current.get(field) ?? ''}\n${line.trim()}`);
      }
    } else {
      const match = /^([!-9;-~]+):[ \t]*(.*?)[ \t]*$/.exec(line);
      field = match?.[1]!.toLowerCase();
      if (!match || field === undefined) continue;
      if (!current) stanzas.push((current = new Map<string, string>()));
      current.set(field, match[2]!);
    }
  }
  return stanzas;
}

/**
 * The names in a relationship field such as Depends (Debian Policy 7.1): one array of alternatives
 * for each relation, without versions, architectures and profiles.
 */
export function parseRelations(field: string): string[][] {
  return field
    .split(',')
    .map((relation) =>
      relation
        .split('|')
        .map((alternative) => /^[a-z0-9][a-z0-9+.-]*/.exec(alternative.trim())?.[0] ?? '')
        .filter((name) => name !== ''),
    )
    .filter((alternatives) => alternatives.length > 0);
}
