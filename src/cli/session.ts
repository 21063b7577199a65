import type { Command } from 'commander';
import { folders } from './environment.js';
import { ago } from './output/ago.js';
import { columns } from './output/columns.js';
import { EscapeFilter } from './output/escape-filter.js';
import { formatBytes, print, printJson, say } from './output/output.js';
import { printable } from './output/printable.js';
import { SUBJECT_TITLES, subjectCells } from './output/subject.js';
import type { SessionStore, StoredSession } from '../machine/machine.js';

interface Flags {
  json?: true | undefined;
}

async function openStore(): Promise<SessionStore> {
  const { SessionStore } = await import('../machine/snapshot/sessions.js');
  return new SessionStore(folders().cacheDirectory);
}

export function defineSession(session: Command): void {
  session.addHelpText(
    'after',
    `
zosia up --session NAME begins a conversation that leaving does not end, and goes on with it the next time.`,
  );

  session
    .command('list')
    .description('the conversations that are kept, the one left last first')
    .option('--json', 'print it as JSON')
    .action(async ({ json }: Flags) => {
      const sessions = await (await openStore()).list();
      if (json) printJson(sessions.map(described));
      else printList(sessions);
    });

  session
    .command('show')
    .description('what a conversation runs on, and what was said last')
    .argument('<name>', 'as zosia session list tells it')
    .option('--json', 'print it as JSON')
    .action(async (name: string, { json }: Flags) => {
      const store = await openStore();
      const found = await store.find(name);
      const console = textOf(await store.readConsole(found));
      if (json) printJson({ ...described(found), console });
      else printSession(found, console);
    });

  session
    .command('rm')
    .description('remove conversations')
    .argument('<name...>', 'as zosia session list tells it')
    .action(async (names: string[]) => {
      const removed = await (await openStore()).remove(names);
      for (const { name } of removed) say(`removed the session ${name}`);
    });
}

/** As JSON has it. */
const described = ({ name, folder, subject, leftMs, sizeBytes, isInUse }: StoredSession) => ({
  name,
  folder,
  usable: subject !== undefined,
  ...subject,
  sizeBytes,
  left: leftMs === undefined ? undefined : new Date(leftMs).toISOString(),
  inUse: isInUse,
});

const leftWhen = ({ leftMs, isInUse, subject }: StoredSession): string => {
  if (isInUse) return 'in use';
  if (!subject) return 'damaged';
  return leftMs === undefined ? '-' : ago(leftMs);
};

function printList(sessions: readonly StoredSession[]): void {
  if (sessions.length === 0) {
    say('no conversation is kept: zosia up --session NAME begins one');
    return;
  }
  const rows = sessions.map((each) => [
    printable(each.name),
    ...subjectCells(each.subject),
    formatBytes(each.sizeBytes),
    leftWhen(each),
  ]);
  for (const line of columns([['NAME', ...SUBJECT_TITLES, 'SIZE', 'LEFT'], ...rows])) print(line);
}

function printSession(session: StoredSession, console: string): void {
  const { name, folder, subject, sizeBytes } = session;
  const [model, arch, ram] = subjectCells(subject);
  const rows = [
    ['name', name],
    ['model', model!],
    ['machine', `${arch!}, ${ram!}`],
    ['size', formatBytes(sizeBytes)],
    ['left', leftWhen(session)],
    ['folder', folder],
  ];
  for (const line of columns(rows)) print(printable(line));
  if (console !== '') print(`\n${console}`);
}

/** What a console showed, as a text of lines: what the model says is never obeyed by a terminal. */
function textOf(console: Uint8Array | undefined): string {
  const bytes = new EscapeFilter().feed(console ?? new Uint8Array(0));
  return Buffer.from(bytes).toString().trim();
}
