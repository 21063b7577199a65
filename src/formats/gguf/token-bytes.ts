import type { GgufHeader, GgufTensor } from './reader.js';

type Facts = Pick<GgufHeader, 'metadata' | 'tensors'>;

/** Tensors of a mixture's experts, of which each token takes some (llama.cpp, LLM_TENSOR_FFN_*_EXPS). */
const OF_EXPERTS = /_exps\.(?:weight|bias)$/;
/** Of these a token takes a single row, unless they are the output, too (llama.cpp: tied embeddings). */
const EMBEDDINGS = 'token_embd.weight';
const OUTPUT = 'output.weight';

/**
 * Bytes of weights that are read for each token that is generated: all of them, but for the table of
 * embeddings, and for experts that a token does not go through. A processor that generates does little else
 * than read these.
 */
export function tokenBytes({ metadata, tensors }: Facts): number {
  const hasOutput = tensors.some(({ name }) => name === OUTPUT);
  const share = usedShare(metadata);
  const bytesOf = ({ name, sizeBytes }: GgufTensor): number => {
    if (name === EMBEDDINGS && hasOutput) return 0;
    return OF_EXPERTS.test(name) ? sizeBytes * share : sizeBytes;
  };
  return Math.round(tensors.reduce((sum, tensor) => sum + bytesOf(tensor), 0));
}

function usedShare(metadata: Facts['metadata']): number {
  const architecture = metadata.get('general.architecture');
  if (typeof architecture !== 'string') return 1;
  const all = metadata.get(`${architecture}.expert_count`);
  const used = metadata.get(`${architecture}.expert_used_count`);
  if (typeof all !== 'number' || typeof used !== 'number') return 1;
  return used > 0 && used <= all ? used / all : 1;
}
