import { ATTRIBUTE, LOWER_CASE } from '../layout/directory.js';
import type { FatBootSector } from '../reader/boot-sector.js';
import { isLabelEntry, parseEntries, labelOrNone, labelText } from '../reader/entries.js';
import type { RawEntry } from '../reader/entries.js';
import { isDotEntry } from '../reader/stat.js';
import { fromFatTime } from '../time.js';
import type { CheckContext } from './context.js';
import { NameCheck } from './names.js';

/** A directory as the check goes through it. */
export interface CheckedDirectory {
  readonly path: string;
  readonly isRoot: boolean;
  readonly firstCluster: number;
  /** What `..` leads to. */
  readonly parentCluster: number;
}

const KNOWN_CASES = LOWER_CASE.base | LOWER_CASE.extension;
const KNOWN_ATTRIBUTES = Object.values(ATTRIBUTE).reduce((sum, bit) => sum | bit, 0);

/**
 * Checks the entries of a directory, but for what they lead to.
 *
 * @returns those that lead to files and directories
 */
export function checkDirectory(
  { findings, volume }: CheckContext,
  directory: CheckedDirectory,
  bytes: Uint8Array,
): RawEntry[] {
  const { path, isRoot } = directory;
  const at = (slot: number): string => `${path} entry ${slot}`;
  const { entries, problems } = parseEntries(bytes, volume.bootSector.type);
  for (const { code, message, slot } of problems) findings.add(code, at(slot), message);
  for (const problem of dotProblems(directory, entries)) findings.add('dot-entry', path, problem);

  const labels = entries.filter(isLabelEntry);
  findings.expect(
    labels.length <= (isRoot ? 1 : 0),
    'label',
    path,
    isRoot ? `it has ${labels.length} volume labels` : 'only the root may have a volume label',
  );
  if (isRoot) checkLabels(findings, volume.bootSector, labels[0]);
  const files = entries.filter((entry) => !isLabelEntry(entry) && !isDotEntry(entry));
  const names = new NameCheck(findings);
  for (const entry of files) {
    const where = at(entry.slot);
    names.add(entry, where);
    findings.expect(
      (entry.attributes & ~KNOWN_ATTRIBUTES) === 0,
      'attributes',
      where,
      `its attributes are 0x${entry.attributes.toString(16)}`,
    );
    if ((entry.lowerCase & ~KNOWN_CASES) !== 0) {
      const message = `the byte for the case of its name is 0x${entry.lowerCase.toString(16)}`;
      findings.warn('reserved-bits', where, message);
    }
    findings.expect(
      (entry.attributes & ATTRIBUTE.directory) === 0 || entry.sizeBytes === 0,
      'directory-size',
      where,
      `it is a directory and has a size of ${entry.sizeBytes}`,
    );
    const hasTime = entry.writeTime.date !== 0 || entry.writeTime.time !== 0;
    findings.expect(
      !hasTime || fromFatTime(entry.writeTime) !== undefined,
      'time',
      where,
      'it was written at a time that no calendar has',
    );
  }
  return files;
}

/**
 * The label stands in the boot sector and in the root, and nothing depends on it: Windows changes it in
 * the root alone, older programs in the boot sector. `NO NAME` in either place means none.
 */
function checkLabels(
  findings: CheckContext['findings'],
  { statedLabel: inBootSector }: FatBootSector,
  entry: RawEntry | undefined,
): void {
  const inRoot = entry && labelText(entry.shortBytes);
  const warn = (message: string): void => {
    findings.warn('label', '/', message);
  };
  if (inRoot === '') warn('its volume label is blank');
  if (inBootSector === '') warn('the volume label in the boot sector is blank');
  if (labelOrNone(inRoot) !== labelOrNone(inBootSector)) {
    warn(`the root has the label "${inRoot ?? ''}", the boot sector "${inBootSector ?? ''}"`);
  }
}

function dotProblems(directory: CheckedDirectory, entries: readonly RawEntry[]): string[] {
  const dots = entries.filter(isDotEntry);
  if (directory.isRoot) return dots.length > 0 ? ['the root has an entry "." or ".."'] : [];
  const problems: string[] = [];
  const expected = [
    ['.', directory.firstCluster],
    ['..', directory.parentCluster],
  ] as const;
  expected.forEach(([name, cluster], i) => {
    const entry = entries[i];
    if (entry?.slot !== i || entry.shortName !== name) {
      problems.push(`its entry ${i} is not "${name}"`);
    } else if ((entry.attributes & ATTRIBUTE.directory) === 0) {
      problems.push(`its entry "${name}" is no directory`);
    } else if (entry.firstCluster !== cluster) {
      problems.push(`its entry "${name}" leads to ${entry.firstCluster}, not to ${cluster}`);
    }
  });
  if (dots.length > expected.length) problems.push('it has more than one "." or ".."');
  return problems;
}
