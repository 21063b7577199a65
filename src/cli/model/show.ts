import type { Command } from 'commander';
import { modelsDirOption, namedModels } from '../options/models.js';
import type { ModelsFlags } from '../options/models.js';
import { entryAsJson, entryRows } from '../output/catalogue.js';
import { formatBytes, print, printJson } from '../output/output.js';
import { printable } from '../output/printable.js';
import { findEntry } from '../../models/catalogue/catalogue.js';
import { isVerifiedBeforehand } from '../../models/known-beforehand.js';
import { conversionOf, conversionText } from '../../models/conversion.js';
import type { StoredModel } from '../../models/store/record.js';
import type { ModelStore } from '../../models/store/store.js';

interface ShowFlags extends ModelsFlags {
  json?: true | undefined;
}

export function defineModelShow(command: Command): void {
  command
    .argument(
      '<name>',
      'a name or a reference that zosia model list tells, or one of the catalogue',
    )
    .addOption(modelsDirOption())
    .option('--json', 'print it as JSON')
    .addHelpText(
      'after',
      `
Where it is from, its licence, its files with their digests. What the GGUF itself says is told by
zosia model info. Of a model of the catalogue that is not on this host, what the catalogue says: where it is to
be had, its size and digest, the memory for some contexts, and how quick it is next to others.

Examples:
  zosia model show mine
  zosia model show phi-3.5-mini`,
    )
    .action(async (name: string, flags: ShowFlags) => {
      const { findNamed, requireNamed } = await import('../../models/require-named.js');
      const models = namedModels(flags);
      const found = await findNamed(models, name);
      const entry = found ? undefined : findEntry(name);
      if (entry) {
        if (flags.json) printJson(entryAsJson(entry, false));
        else printRows(entryRows(entry));
        return;
      }
      const { model, located } = found ?? (await requireNamed(models, name));
      if (!model) {
        const { origin, files } = located;
        if (flags.json) printJson({ name: located.name, origin, files });
        else {
          printRows([
            ['name', located.name],
            ['of', origin],
            ...files.map(({ path }): Row => ['file', path]),
          ]);
        }
        return;
      }
      if (flags.json) printJson(describedModel(models.store, model));
      else printRows(rowsOf(models.store, model));
    });
}

/** A model of the store as JSON has it. */
export const describedModel = (store: ModelStore, model: StoredModel) => ({
  ...model,
  convertedFrom: conversionOf(model),
  verified: isVerifiedBeforehand(model),
  files: model.files.map(({ stamp, path, ...file }) => ({
    ...file,
    path: store.pathOf({ ...file, path, stamp }),
    adopted: path !== undefined,
  })),
});

/** Of a model of the catalogue, which has no digest of it. */
const HUBS_WORD = "the digest is the hub's word at the first pull, and kept to";

type Row = readonly [string, string | number | undefined];

function rowsOf(store: ModelStore, model: StoredModel): Row[] {
  const { name, reference, askedAs, source, licence, files, facts } = model;
  return [
    ['name', name],
    ['reference', reference],
    ...askedAs
      .filter((each) => each !== name && each !== reference)
      .map((each): Row => ['asked as', each]),
    ...fromRows(model),
    ['hub', source.hubUrl],
    ['revision', source.revision],
    ['licence', licence],
    ['unverified', isVerifiedBeforehand(model) === false ? HUBS_WORD : undefined],
    ['architecture', facts.architecture],
    ['quantisation', facts.quantisation],
    ['parameters', facts.parameterCount?.toLocaleString('en')],
    ...files.flatMap((file): Row[] => [
      [file.role, `${file.fileName}, ${formatBytes(file.sizeBytes)}`],
      ['sha256', file.sha256],
      [file.path === undefined ? 'path' : 'adopted', store.pathOf(file)],
    ]),
  ];
}

/** Of what was made here of a checkpoint, its source has the checkpoint, and not the GGUF. */
function fromRows(model: StoredModel): Row[] {
  const conversion = conversionOf(model);
  const { kind, repository } = model.source;
  if (!conversion) return [['from', `${kind} ${repository}`]];
  return [
    ['converted from', conversionText(conversion, model)],
    ['from', conversion.reference],
    ...conversion.files.map(({ fileName, sha256 }): Row => [
      'made of',
      `${fileName}, sha256 ${sha256 ?? 'not known'}`,
    ]),
  ];
}

function printRows(rows: readonly Row[]): void {
  for (const [key, value] of rows) {
    if (value !== undefined) print(printable(`${key.padEnd(14)} ${value}`));
  }
}
