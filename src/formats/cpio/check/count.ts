import type { CpioFile } from '../root/file.js';
import type { Unpacked } from '../root/unpacked.js';
import type { CpioSummary } from './report.js';

type Counts = Pick<
  CpioSummary,
  'fileCount' | 'directoryCount' | 'symlinkCount' | 'specialFileCount'
>;

/** Counts what unpacking leaves, by type: a file with several names once, the kernel's own folders not. */
export function countFiles(unpacked: Unpacked): Counts {
  const counts = { fileCount: 0, directoryCount: 1, symlinkCount: 0, specialFileCount: 0 };
  const linked = new Set<number>();
  const pending: CpioFile[] = [unpacked.root];
  for (let folder = pending.pop(); folder; folder = pending.pop()) {
    for (const file of folder.children!.values()) {
      if (linked.has(file.id) || file.isLeftOut || unpacked.isBuiltIn(file)) continue;
      if (file.nameCount > 1) linked.add(file.id);
      if (file.type === 'directory') {
        counts.directoryCount++;
        pending.push(file);
      } else if (file.type === 'file') counts.fileCount++;
      else if (file.type === 'symlink') counts.symlinkCount++;
      else counts.specialFileCount++;
    }
  }
  return counts;
}
