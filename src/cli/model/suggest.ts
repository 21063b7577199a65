import type { Command } from 'commander';
import { folders, modelsFolder } from '../environment.js';
import { modelsDirOption, namedModels } from '../options/models.js';
import type { ModelsFlags } from '../options/models.js';
import { wholeNumber } from '../options/values.js';
import { columns } from '../output/columns.js';
import { formatBytes, print, printJson, say } from '../output/output.js';
import { fitAsJson } from '../output/fit-json.js';
import { printable } from '../output/printable.js';
import { CATALOGUE } from '../../models/catalogue/catalogue.js';
import { entriesHere } from '../../models/catalogue-here.js';
import { readSpeeds } from '../../perf/speed-history.js';
import { readFitHost } from '../../prepare/fit.js';
import { describeSpeed } from '../../prepare/speed.js';
import { suggestModels } from '../../prepare/suggest.js';
import type { Suggestion, Suggestions } from '../../prepare/suggest.js';

interface SuggestFlags extends ModelsFlags {
  ctx?: number | undefined;
  json?: true | undefined;
}

export function defineModelSuggest(command: Command): void {
  command
    .option('--ctx <n>', 'length of the context in tokens; 4096 unless given', wholeNumber(1))
    .addOption(modelsDirOption())
    .option('--json', 'print it as JSON')
    .addHelpText(
      'after',
      `
What fits is what zosia up would start now: weights, the keys and values of the context and 512 MiB in the
memory that is free, and the file on the disk where models are kept. Models are ordered by their parameters
and how much of them the quantisation keeps. How fast one will be is told where zosia perf has measured a
model of about its size on this host; else it is quick, steady or slow by the bytes that each token takes.

Examples:
  zosia model suggest
  zosia model suggest --ctx 16384 --json`,
    )
    .action(async (flags: SuggestFlags) => {
      const [speeds, there] = await Promise.all([
        readSpeeds(folders().cacheDirectory),
        entriesHere(namedModels(flags)),
      ]);
      const host = await readFitHost(modelsFolder(flags.modelsDir), speeds);
      const wishes = { contextTokens: flags.ctx };
      const found = suggestModels(CATALOGUE, host, wishes, (entry) => there.has(entry));
      if (flags.json) printJson(asJson(found));
      else printSuggestions(found);
    });
}

/** Of entries whose digests are not known beforehand. */
const UNVERIFIED = 'Unverified: what the hub has at the first pull is taken, and kept to.';

function printSuggestions({ models, unfit }: Suggestions): void {
  if (models.length === 0) say('no model of the catalogue fits this host');
  const rows = models.map(({ entry, fit, ...rest }) => [
    entry.name,
    fit.subject.downloadBytes === 0 ? 'is here' : formatBytes(fit.subject.downloadBytes),
    `${fit.ramMiB} MiB`,
    speedCell({ fit, ...rest }),
    entry.verified ? entry.about : `${entry.about} ${UNVERIFIED}`,
  ]);
  const titles = ['NAME', 'DOWNLOAD', 'MEMORY', 'SPEED', 'ABOUT'];
  if (rows.length > 0) for (const line of columns([titles, ...rows])) print(printable(line));
  const [measured] = models.flatMap(({ fit }) => (fit.speed ? [fit.speed] : []));
  if (measured) {
    say(`speeds follow from ${measured.models.join(', ')}, measured here under ${measured.accel}`);
  }
  for (const { reasons } of unfit) {
    for (const reason of reasons) say(`does not fit: ${reason}`);
  }
}

const speedCell = ({ fit, speedClass }: Pick<Suggestion, 'fit' | 'speedClass'>): string =>
  fit.speed === undefined ? speedClass : describeSpeed(fit.speed);

function asJson({ models, unfit }: Suggestions): unknown {
  return {
    models: models.map(({ entry, fit, speedClass, quality }) => {
      const { name, about, licence, quantisation, parametersBillion, verified } = entry;
      const facts = { name, about, licence, quantisation, parametersBillion, verified };
      return { ...facts, ...fitAsJson(fit), speedClass, quality };
    }),
    unfit: unfit.map(({ entry, fit, reasons }) => {
      return { name: entry.name, ...fitAsJson(fit), reasons };
    }),
  };
}
