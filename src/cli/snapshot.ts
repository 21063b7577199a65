import type { Command } from 'commander';
import { folders } from './environment.js';
import { budgetBytes, snapshotBudgetOption } from './options/snapshot.js';
import { ago } from './output/ago.js';
import { columns } from './output/columns.js';
import { counted, formatBytes, print, printJson, say } from './output/output.js';
import { SUBJECT_TITLES, subjectCells } from './output/subject.js';
import type { SnapshotStore, StoredSnapshot } from '../machine/machine.js';

interface ListFlags {
  json?: true | undefined;
}

interface PruneFlags extends ListFlags {
  all?: boolean | undefined;
  snapshotBudget?: number | undefined;
}

async function openStore(): Promise<SnapshotStore> {
  const { SnapshotStore } = await import('../machine/snapshot/store.js');
  return new SnapshotStore(folders().cacheDirectory);
}

export function defineSnapshot(snapshot: Command): void {
  snapshot.addHelpText(
    'after',
    `
zosia up saves a machine when its model is loaded, and wakes a copy of it the next time. What is saved, and
when it is thrown away: docs/instant.md`,
  );

  snapshot
    .command('list')
    .description('the machines that are kept, the one used last first')
    .option('--json', 'print it as JSON')
    .action(async ({ json }: ListFlags) => {
      const stored = await (await openStore()).list();
      if (json) printJson(stored.map(described));
      else printList(stored);
    });

  snapshot
    .command('rm')
    .description('remove machines that are kept')
    .argument('<key...>', 'as zosia snapshot list tells it; its beginning will do')
    .action(async (keys: string[]) => {
      const { removeSnapshots } = await import('../machine/snapshot/prune.js');
      report(await removeSnapshots(await openStore(), keys));
    });

  snapshot
    .command('prune')
    .description('remove what cannot be used any more, and what is beyond the budget')
    .option('--all', 'and all others that no machine runs from')
    .addOption(snapshotBudgetOption())
    .option('--json', 'print what has been removed as JSON')
    .addHelpText(
      'after',
      `
Examples:
  zosia snapshot prune --snapshot-budget 2048
  zosia snapshot prune --all`,
    )
    .action(async ({ all = false, snapshotBudget, json }: PruneFlags) => {
      const { pruneSnapshots } = await import('../machine/snapshot/prune.js');
      const options = { all, budgetBytes: budgetBytes(snapshotBudget) };
      const removed = await pruneSnapshots(await openStore(), options);
      if (json) printJson(removed.map(described));
      else report(removed);
    });
}

/** As JSON has it. */
const described = ({ key, folder, subject, sizeBytes, usedMs, isInUse }: StoredSnapshot) => ({
  key,
  folder,
  usable: subject !== undefined,
  ...subject,
  sizeBytes,
  used: usedMs === 0 ? undefined : new Date(usedMs).toISOString(),
  inUse: isInUse,
});

/** Enough of a key to tell it from others. */
const KEY_LENGTH = 12;

function printList(stored: readonly StoredSnapshot[]): void {
  if (stored.length === 0) {
    say('no machine is kept: the first zosia up saves one');
    return;
  }
  const rows = stored.map(({ key, subject, sizeBytes, usedMs, isInUse }) => [
    key.slice(0, KEY_LENGTH),
    ...subjectCells(subject),
    subject?.use ?? '-',
    formatBytes(sizeBytes),
    isInUse ? 'in use' : subject ? ago(usedMs) : 'cannot be used',
  ]);
  const titles = ['KEY', ...SUBJECT_TITLES, 'FOR', 'SIZE', 'USED'];
  for (const line of columns([titles, ...rows])) print(line);
}

function report(removed: readonly StoredSnapshot[]): void {
  const sizeBytes = removed.reduce((sum, each) => sum + each.sizeBytes, 0);
  say(`removed ${counted(removed.length, 'snapshot')} (${formatBytes(sizeBytes)})`);
}
