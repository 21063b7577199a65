/**
 * Ways to guess tokens from the text so far, without a second model, by the names that the pinned llama.cpp's
 * `--spec-type` has for them (llama.cpp, docs/speculative.md).
 */
export const NGRAM_SPECULATIONS = [
  'ngram-simple',
  'ngram-map-k',
  'ngram-map-k4v',
  'ngram-mod',
  'ngram-cache',
] as const;
export type NgramSpeculation = (typeof NGRAM_SPECULATIONS)[number];
