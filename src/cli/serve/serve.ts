import type { Command } from 'commander';
import type { CliContext } from '../context.js';
import { requireOneOf } from '../options/machine.js';
import { addServeOptions } from './options.js';
import type { InstalledCommand } from './install.js';
import type { ServeFlags } from './options.js';

export function defineServe(command: Command, context: CliContext): void {
  command.argument(
    '[model...]',
    'models by path, name or reference; without one, those of zosia model list that were pulled or added',
  );
  addServeOptions(command)
    .addHelpText(
      'after',
      `
Examples:
  zosia serve
  zosia serve phi-3.5-mini --keep 1h --open
  zosia serve model.gguf --alias gpt-4o --parallel 4 --ctx 8192
  zosia serve nomic-embed.gguf chat.gguf --no-key
  zosia serve --host 0.0.0.0 --tls-cert cert.pem --tls-key key.pem
  zosia serve model.gguf -- --cache-reuse 256
  zosia serve phi-3.5-mini --install

The API is OpenAI's: /v1/chat/completions, /v1/completions, /v1/responses, /v1/embeddings, /v1/rerank and
/v1/models; and Anthropic's /v1/messages. /health and /metrics tell how it is; / is a page to chat on.

Each model has a machine of its own. It wakes at the first request; once it was saved, in a fraction of a
second. Requests need the header "Authorization: Bearer KEY".

What follows -- goes to llama-server in every machine, but for what would open the machine up.`,
    )
    .action(async (all: string[], flags: ServeFlags) => {
      requireOneOf(command, '--tls-cert', ['--tls-key']);
      requireOneOf(command, '--tls-key', ['--tls-cert']);
      requireOneOf(command, '--peers', ['--workers']);
      requireOneOf(command, '--tensor-split', ['--workers']);
      const given = wordsOf(command, all);
      if (flags.install || flags.uninstall) {
        const { installServe } = await import('./install.js');
        await installServe(command, given, flags, context);
      } else {
        const { serve } = await import('./start.js');
        await serve(given.models, given.serverArgs, flags, context);
      }
    });
}

/** The words after the command's name, and which of the operands stand before `--`: commander tells all as one. */
function wordsOf(command: Command, operands: readonly string[]): InstalledCommand {
  const { rawArgs } = rootOf(command) as Command & { readonly rawArgs: readonly string[] };
  const words = rawArgs.slice(rawArgs.indexOf(command.name()) + 1);
  const end = words.indexOf('--');
  const modelCount = end < 0 ? operands.length : operands.length - (words.length - end - 1);
  return { words, models: operands.slice(0, modelCount), serverArgs: operands.slice(modelCount) };
}

const rootOf = (command: Command): Command => (command.parent ? rootOf(command.parent) : command);
