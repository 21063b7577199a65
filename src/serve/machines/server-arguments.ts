import { ZosiaError } from '../../errors.js';
import type { Pooling } from '../../formats/gguf/pooling.js';
import type { ServedRole } from './role.js';

/** What gives whoever asks, or what a model says, more than answers; and what would be of another host. */
const OPENS_UP = 'it would open the machine up to what a model or a client says';
/** What zosia decides itself. */
const IS_OURS = 'zosia decides that itself';

/** What is a file, by the name that it has on this host. */
const IS_NOT_THERE = 'its machine has no files of this host';

const REFUSED: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    (
      '-jf -lcs -lcd --lookup-cache-static --lookup-cache-dynamic --control-vector --control-vector-scaled ' +
      '--lora-scaled -mv --model-vocoder'
    )
      .split(' ')
      .map((name) => [name, IS_NOT_THERE]),
  ),
  ...Object.fromEntries(
    (
      '--tools --tools-runtime --mcp-servers-config --mcp-servers-json --agent -ag --ui-mcp-proxy ' +
      '--webui-mcp-proxy --media-path --path --slot-save-path --props --log-prompts-dir --log-file --rpc'
    )
      .split(' ')
      .map((name) => [name, OPENS_UP]),
  ),
  ...Object.fromEntries(
    (
      '--host --port --reuse-port --api-prefix --api-key --api-key-file --ssl-key-file --ssl-cert-file ' +
      '--cors-origins --cors-methods --cors-headers --cors-credentials --ui --webui --ui-config --webui-config ' +
      '--ui-config-file --webui-config-file -m --model -mu --model-url -dr --docker-repo -hf -hfr --hf-repo -hff ' +
      '--hf-file -hft --hf-token --models-dir --models-preset --models-max --models-autoload ' +
      '--mmproj-url -mmu --spec-draft-hf -hfd -hfrd --hf-repo-draft --sleep-idle-seconds -a --alias ' +
      '-c --ctx-size -np --parallel --fit -ngl --gpu-layers --n-gpu-layers -ts --tensor-split -mm --mmproj --lora ' +
      '--spec-draft-model -md --model-draft --embedding --embeddings --rerank --reranking'
    )
      .split(' ')
      .map((name) => [name, IS_OURS]),
  ),
};

/**
 * Refuses of a user's arguments for llama-server those that would let a model or a client reach more than answers,
 * and those that zosia gives it itself.
 *
 * @throws ZosiaError `ZOSIA_SERVER_ARGUMENT_REFUSED`
 */
export function checkServerArguments(args: readonly string[]): void {
  for (const argument of args) {
    // llama.cpp takes an underscore for a dash.
    const [name] = argument.replaceAll('_', '-').split('=') as [string];
    const why = whyRefused(name);
    if (why === undefined) continue;
    throw new ZosiaError(
      'ZOSIA_SERVER_ARGUMENT_REFUSED',
      `${argument} is not passed on to llama-server: ${why}`,
      { hint: 'Leave it out: zosia serve has options of its own for what may be set.' },
    );
  }
}

function whyRefused(name: string): string | undefined {
  if (Object.hasOwn(REFUSED, name)) return REFUSED[name];
  return /^--.*-(?:file|dir|path)$/.test(name) ? IS_NOT_THERE : undefined;
}

export interface ServerUse {
  readonly role: ServedRole;
  /** How the model says that the vectors of a text become one. */
  readonly pooling?: Pooling | undefined;
  /** Of one request. */
  readonly contextTokens: number;
  /** What its answers call the model. */
  readonly name: string;
}

/** What llama-server is told of the model that it serves. */
export function serverArguments({ role, pooling, contextTokens, name }: ServerUse): string[] {
  const batch = String(contextTokens);
  return [
    // It would call the model by its path. A comma would end the name.
    ...(name.includes(',') ? [] : ['--alias', name]),
    // What makes vectors has to take a text at once, in one batch.
    ...(role === 'text' ? [] : [`--${role}`, '--batch-size', batch, '--ubatch-size', batch]),
    // A vector for each token is nothing that the API has.
    ...(role === 'embedding' && (pooling ?? 'none') === 'none' ? ['--pooling', 'mean'] : []),
  ];
}
