import type { Command } from 'commander';
import type { CliContext } from '../context.js';
import { modelsDirOption, namedModels } from '../options/models.js';
import type { ModelsFlags } from '../options/models.js';
import { EXIT, print, printJson, say } from '../output/output.js';
import { printable } from '../output/printable.js';
import { startProgress } from '../output/progress.js';
import type { NamedModels } from '../../models/named-models.js';
import type { LocatedModel } from '../../models/located-model.js';
import type { StoredModel } from '../../models/store/record.js';
import type { VerifiedFile } from '../../models/store/verify.js';

interface VerifyFlags extends ModelsFlags {
  json?: true | undefined;
}

export function defineModelVerify(command: Command, { signal, result }: CliContext): void {
  command
    .argument(
      '[name...]',
      'names that zosia model list tells; all that were pulled or added unless given',
    )
    .addOption(modelsDirOption())
    .option('--json', 'print it as JSON')
    .addHelpText(
      'after',
      `
The exit status is 1 when a file is gone or has other bytes than when it was pulled or added, or when the
record of a name is damaged. A model of another program is read where it is named, as in ollama:qwen3:4b, and
compared with the digest that its file has for a name.

Examples:
  zosia model verify
  zosia model verify mine
  zosia model verify ollama:qwen3:4b`,
    )
    .action(async (names: string[], flags: VerifyFlags) => {
      const { verifyModels } = await import('../../models/store/verify.js');
      const { verifyCached } = await import('../../models/caches/verify.js');
      const models = namedModels(flags);
      const chosen = await choose(models, names);
      const progress = startProgress();
      let verified: VerifiedFile[];
      try {
        const hashing = {
          signal,
          onProgress: (done: number, total: number): void => {
            progress.update('verifying', done, total);
          },
        };
        verified = [
          ...(await verifyModels(models.store, chosen.models, hashing)),
          ...(await verifyCached(chosen.cached, hashing)),
        ];
      } finally {
        progress.stop();
      }
      if (flags.json) printJson(verified);
      else report(verified, chosen.damagedHints);
      const isWrong = verified.some(({ state }) => state !== 'right');
      if (isWrong || chosen.damagedHints.length > 0) result.exitStatus = EXIT.failed;
    });
}

interface Chosen {
  readonly models: readonly StoredModel[];
  /** Those of other programs. */
  readonly cached: readonly LocatedModel[];
  /** What to do about names whose records cannot be read, for each of them. */
  readonly damagedHints: readonly (string | undefined)[];
}

async function choose(models: NamedModels, names: readonly string[]): Promise<Chosen> {
  if (names.length === 0) {
    const entries = await models.store.list();
    const problems = entries.flatMap((entry) => (entry.model ? [] : entry.problem));
    for (const { message } of problems) say(`zosia: ${message}`);
    return {
      models: entries.flatMap(({ model }) => model ?? []),
      cached: [],
      damagedHints: problems.map(({ hint }) => hint),
    };
  }
  const { requireNamed } = await import('../../models/require-named.js');
  const found = await Promise.all(names.map((name) => requireNamed(models, name)));
  return {
    models: found.flatMap(({ model }) => model ?? []),
    cached: found.flatMap(({ model, located }) => (model ? [] : located)),
    damagedHints: [],
  };
}

const STATES: Readonly<Record<VerifiedFile['state'], string>> = {
  right: 'right',
  gone: 'GONE',
  rotten: 'OTHER BYTES',
};

function report(verified: readonly VerifiedFile[], damagedHints: Chosen['damagedHints']): void {
  if (verified.length === 0 && damagedHints.length === 0) say('no model has been pulled or added');
  for (const { name, path, state } of verified) {
    print(printable(`${STATES[state]}  ${name}  ${path}`));
  }
  // The files of a model have one hint, and so have damaged records: what helps one of them helps all.
  const hints = new Set([...verified.map(({ hint }) => hint), ...damagedHints]);
  hints.delete(undefined);
  for (const hint of hints) say(`hint: ${hint}`);
}
