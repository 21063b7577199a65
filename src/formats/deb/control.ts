import { corruptDeb } from './ar.js';

/** What a package says of itself. */
export interface DebControl {
  readonly package: string;
  readonly version: string;
  /** Debian's name: `arm64`, `amd64`, `all`. */
  readonly architecture: string;
  /** Every field under its name as written; lines of one value are joined by newlines. */
  readonly fields: ReadonlyMap<string, string>;
}

/**
 * Parses a binary package's control file (deb-control(5)): `Field: value` lines; a line that starts
 * with a space or tab continues the value above.
 *
 * @throws ZosiaError `ZOSIA_DEB_CORRUPT` when a required field is missing
 */
export function parseControl(text: string): DebControl {
  const fields = new Map<string, string>();
  let current: string | undefined;
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    if (/^[ \t]/.test(line)) {
      if (current === undefined) throw corruptDeb('its control file starts with a continuation');
      fields.set(current, `${fields.get(current)!}\n${line.trim()}`);
      continue;
    }
    const colon = line.indexOf(':');
    if (colon <= 0) throw corruptDeb(`its control file has a line ${JSON.stringify(line)}`);
    current = line.slice(0, colon);
    fields.set(current, line.slice(colon + 1).trim());
  }
  const required = (name: string): string => {
    const value = fields.get(name);
    if (!value) throw corruptDeb(`its control file has no ${name}`);
    return value;
  };
  return {
    package: required('Package'),
    version: required('Version'),
    architecture: required('Architecture'),
    fields,
  };
}
