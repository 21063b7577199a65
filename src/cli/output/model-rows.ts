import type { KindDetails } from '../../formats/gguf/kind-details.js';
import type { GgufInfo } from '../../recipes/gguf-info.js';
import type { ContextMemory } from '../../prepare/memory-by-context.js';
import { nameOfKind } from '../../inspect/models/kind.js';
import { formatBytes } from './format-bytes.js';

/** What a row says, and its value; one without a value is not shown. */
export type ModelRow = readonly [label: string, value: string | number | undefined];

/** The rows of `zosia model info`. @param memory what machines need; none for what none is made for */
export function modelRows(found: GgufInfo, memory: readonly ContextMemory[]): ModelRow[] {
  const { path, sizeBytes, kind, info, unsupported } = found;
  const hasWeights = kind !== 'vocabulary';
  return [
    ['file', path],
    ['size', formatBytes(sizeBytes)],
    ['kind', kind === 'model' ? undefined : nameOfKind(kind)],
    ['not usable', unsupported?.message],
    ['name', info.name],
    ['architecture', info.architecture],
    ['parameters', hasWeights ? info.parameterCount.toLocaleString('en') : undefined],
    ['quantisation', hasWeights ? info.quantisation : undefined],
    ...detailRows(found.details),
    ['context', info.contextLength],
    ['layers', info.blockCount],
    ['vocabulary', info.vocabularySize],
    ['tokenizer', tokenizerOf(info)],
    ['chat template', templateRow(info.hasChatTemplate, kind === 'model')],
    ['temperature', info.temperature],
    ...memory.map((each) => memoryRow(each, info.contextLength)),
  ];
}

function detailRows(details: KindDetails): ModelRow[] {
  const { chunkCount, chunkTokens } = details;
  const chunks = chunkTokens === undefined ? chunkCount : `${chunkCount} of ${chunkTokens} tokens`;
  return [
    ['pooling', details.pooling],
    ['encoders', details.encoders?.join(', ')],
    ['projector', details.projectorType],
    ['adapter', details.adapterType],
    ['rank', details.rank],
    ['alpha', details.alpha],
    ['computed from', details.datasets?.join(', ')],
    ['chunks', chunkCount === undefined ? undefined : chunks],
    ['for models of', details.modelHint],
    ['steers layers', details.layerCount],
  ];
}

function tokenizerOf({ tokenizer, preTokenizer }: GgufInfo['info']): string | undefined {
  return preTokenizer === undefined ? tokenizer : `${tokenizer ?? 'unknown'}, ${preTokenizer}`;
}

/** Of what generates no text a missing template is nothing to tell. */
function templateRow(has: boolean, generates: boolean): string | undefined {
  if (has) return 'yes';
  return generates ? 'no: text is completed' : undefined;
}

function memoryRow({ contextTokens, ramMiB }: ContextMemory, trained = Infinity): ModelRow {
  const note = contextTokens > trained ? ', more than it was trained for' : '';
  return ['memory', `${ramMiB} MiB with a context of ${contextTokens} tokens${note}`];
}
