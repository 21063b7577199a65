import { printable } from './printable.js';
import type { SnapshotSubject } from '../../machine/machine.js';

/** What a saved machine is, in the columns of a list; dashes where that is not known. */
export function subjectCells(subject: SnapshotSubject | undefined): string[] {
  if (!subject) return ['-', '-', '-'];
  const { model = 'no model', arch, ramMiB } = subject;
  return [printable(model), arch, `${ramMiB} MiB`];
}

export const SUBJECT_TITLES = ['MODEL', 'ARCH', 'RAM'];
