import { speedClass } from '../../models/catalogue/catalogue.js';
import type { CatalogueEntry } from '../../models/catalogue/catalogue.js';
import type { CatalogueFile } from '../../models/catalogue/entry.js';
import { memoryByContext } from '../../prepare/memory-by-context.js';
import type { ContextMemory } from '../../prepare/memory-by-context.js';
import { entrySubject } from '../../prepare/suggest.js';
import { shellWord } from '../../shell-word.js';
import { columns } from './columns.js';
import { formatBytes } from './format-bytes.js';
import { formatParameters } from './format-parameters.js';
import type { ModelRow } from './model-rows.js';

/** Of an entry whose digests do not stand in the catalogue. */
const UNVERIFIED = "unverified: the hub's word is taken at the first pull, and kept to";

/** Contexts that memory is told for, in tokens, besides the longest. */
const SHOWN_CONTEXTS = [4096, 16_384];

function memoryOf(entry: CatalogueEntry): ContextMemory[] {
  const { facts } = entrySubject(entry);
  const { contextLength } = entry.shape;
  const shorter = SHOWN_CONTEXTS.filter((tokens) => tokens < contextLength);
  return memoryByContext(facts, [...shorter, contextLength]);
}

/** The command that brings the model of an entry here. */
const pullCommand = ({ name }: CatalogueEntry): string => `zosia model pull ${shellWord(name)}`;

/** An entry as JSON has it. @param isHere whether its model is in the store */
export function entryAsJson(entry: CatalogueEntry, isHere: boolean): Record<string, unknown> {
  const memory = memoryOf(entry);
  return {
    ...entry,
    origin: 'catalogue',
    isHere,
    speedClass: speedClass(entry),
    memory,
    pull: pullCommand(entry),
  };
}

/** What the catalogue says of a model that is not on this host. */
export function entryRows(entry: CatalogueEntry): ModelRow[] {
  const { name, aliases = [], about, licence, quantisation, parametersBillion, gguf } = entry;
  return [
    ['name', name],
    ...aliases.map((alias): ModelRow => ['also', alias]),
    ['of', 'the catalogue'],
    ['here', `no: ${pullCommand(entry)}`],
    ['about', about],
    ['licence', licence],
    ['quantisation', gguf ? quantisation : `${quantisation}, made here of the checkpoint`],
    ['parameters', formatParameters(1e9 * parametersBillion)],
    ...fileRows('model', gguf),
    ...fileRows('checkpoint', entry.checkpoint),
    ...memoryOf(entry).map(({ ramMiB, contextTokens }): ModelRow => {
      return ['memory', `${ramMiB} MiB with a context of ${contextTokens} tokens`];
    }),
    ['speed', `${speedClass(entry)}, next to others`],
  ];
}

function fileRows(role: string, file: CatalogueFile | undefined): ModelRow[] {
  if (!file) return [];
  const { repository, revision, sizeBytes, sha256 } = file;
  const size = sizeBytes === undefined ? 'size not known' : formatBytes(sizeBytes);
  return [
    [role, `${file.file}, ${size}`],
    ['repository', repository],
    ['revision', revision],
    ['sha256', sha256 ?? UNVERIFIED],
  ];
}

/** All entries as lines of a table. */
export function catalogueLines(
  entries: readonly CatalogueEntry[],
  here: ReadonlySet<CatalogueEntry>,
): string[] {
  const rows = entries.map((entry) => {
    const [{ ramMiB, contextTokens }] = memoryOf(entry) as [ContextMemory];
    const size = formatBytes((entry.gguf ?? entry.checkpoint)?.sizeBytes ?? entry.weightBytes);
    return [
      entry.name,
      size,
      entry.quantisation,
      `${ramMiB} MiB, ${contextTokens} tokens`,
      speedClass(entry),
      entry.licence,
      entry.verified ? 'known' : 'unverified',
      here.has(entry) ? 'here' : '-',
    ];
  });
  const titles = ['NAME', 'SIZE', 'WEIGHTS', 'MEMORY', 'SPEED', 'LICENCE', 'DIGEST', 'STATE'];
  return columns([titles, ...rows]);
}
