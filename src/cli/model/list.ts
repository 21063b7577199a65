import type { Command } from 'commander';
import { modelsDirOption, namedModels } from '../options/models.js';
import type { ModelsFlags } from '../options/models.js';
import { columns } from '../output/columns.js';
import { formatBytes, print, printJson, say } from '../output/output.js';
import { formatParameters } from '../output/format-parameters.js';
import { printable } from '../output/printable.js';
import { hubAddress } from '../../models/references/parse-hub.js';
import type { ListedModel } from '../../models/list.js';

interface ListFlags extends ModelsFlags {
  catalogue?: true | undefined;
  json?: true | undefined;
}

export function defineModelList(command: Command): void {
  command
    .option('--catalogue', 'the models that zosia knows by name, here or not')
    .addOption(modelsDirOption())
    .option('--json', 'print it as JSON')
    .addHelpText(
      'after',
      `
After the models that were pulled or added come those of other programs on this host: ollama's, and those of
Hugging Face's and llama.cpp's caches. zosia up takes their names, too, and uses them where they lie.

Unverified are models of the catalogue whose digest it does not have: the hub's word was taken at the first pull.

Examples:
  zosia model list
  zosia model list --json
  zosia model list --catalogue`,
    )
    .action(async (flags: ListFlags) => {
      if (flags.catalogue) {
        await printCatalogue(flags);
        return;
      }
      const { listModels } = await import('../../models/list.js');
      const listed = await listModels(namedModels(flags));
      if (flags.json) printJson(listed.map(described));
      else printList(listed);
    });
}

async function printCatalogue(flags: ListFlags): Promise<void> {
  const { catalogueLines, entryAsJson } = await import('../output/catalogue.js');
  const { CATALOGUE } = await import('../../models/catalogue/catalogue.js');
  const { entriesHere } = await import('../../models/catalogue-here.js');
  const here = await entriesHere(namedModels(flags));
  if (flags.json) printJson(CATALOGUE.map((entry) => entryAsJson(entry, here.has(entry))));
  else for (const line of catalogueLines(CATALOGUE, here)) print(printable(line));
}

const described = ({ facts, isInUse, ...rest }: ListedModel) => ({
  ...rest,
  ...facts,
  inUse: isInUse,
});

const STATES: Readonly<Record<ListedModel['state'], string>> = {
  there: 'there',
  gone: 'file is gone',
  changed: 'file has changed',
  damaged: 'record is damaged',
};

function printList(listed: readonly ListedModel[]): void {
  if (listed.length === 0) {
    say('no model has a name yet: zosia model pull, or zosia model add, gives one');
    return;
  }
  const rows = listed.map((each) => [
    printable(each.name),
    each.sizeBytes === undefined ? '-' : formatBytes(each.sizeBytes),
    each.facts.quantisation ?? '-',
    each.facts.parameterCount === undefined ? '-' : formatParameters(each.facts.parameterCount),
    printable(each.origin === 'store' ? fromOf(each) : each.origin),
    stateOf(each),
  ]);
  const titles = ['NAME', 'SIZE', 'WEIGHTS', 'PARAMETERS', 'FROM', 'STATE'];
  // In a terminal long names and references are cut, so that each model has a line; --json has them whole.
  const terminal = process.stdout.isTTY ? process.stdout.columns : undefined;
  const flexible = [titles.indexOf('NAME'), titles.indexOf('FROM')];
  for (const line of columns([titles, ...rows], flexible, terminal)) print(line);
}

/** A digest that is the hub's word holds as another does; who relies on it should know. */
function stateOf({ isInUse, state, verified }: ListedModel): string {
  const shown = isInUse ? 'in use' : STATES[state];
  return verified === false ? `${shown}, unverified` : shown;
}

/** Of a mirror of the hub its address, too. */
function fromOf({ from = '-', hubUrl }: ListedModel): string {
  return hubUrl === undefined || hubUrl === hubAddress() ? from : `${from} at ${hubUrl}`;
}
