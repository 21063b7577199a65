/**
 * About how many bits a weight takes in a model of a quantisation, vectors and embeddings included. Those of
 * llama.cpp's llama-quantize, which gives the sizes of Llama-3-8B (8.03 thousand million weights), and of the
 * types themselves where it gives none.
 */
const BITS: Readonly<Record<string, number>> = {
  F32: 32,
  F16: 16,
  BF16: 16,
  Q8_0: 8.5,
  Q6_K: 6.6,
  Q5_K_M: 5.7,
  Q5_K_S: 5.6,
  Q5_1: 6,
  Q5_0: 5.6,
  Q4_1: 5.1,
  Q4_K_M: 4.9,
  Q4_K_S: 4.7,
  Q4_0: 4.6,
  IQ4_NL: 4.7,
  IQ4_XS: 4.4,
  MXFP4: 4.6,
  MXFP4_MOE: 4.6,
  NVFP4: 4.8,
  Q3_K_L: 4.3,
  Q3_K_M: 4,
  Q3_K_S: 3.6,
  IQ3_M: 3.8,
  IQ3_S: 3.7,
  IQ3_XS: 3.5,
  IQ3_XXS: 3.3,
  Q2_K: 3.2,
  Q2_K_S: 3,
  Q2_0: 2.5,
  IQ2_M: 2.9,
  IQ2_S: 2.7,
  IQ2_XS: 2.6,
  IQ2_XXS: 2.4,
  TQ2_0: 2.4,
  TQ1_0: 2,
  IQ1_M: 2.1,
  IQ1_S: 1.9,
  Q1_0: 1.5,
};

/** Undefined for a quantisation that is not known. */
export function bitsPerWeight(quantisation: string | undefined): number | undefined {
  return quantisation !== undefined && Object.hasOwn(BITS, quantisation)
    ? BITS[quantisation]
    : undefined;
}

/** Those that models are usually published in, from the largest to the smallest. */
export const USUAL_QUANTISATIONS = ['Q8_0', 'Q6_K', 'Q5_K_M', 'Q4_K_M', 'Q3_K_M', 'Q2_K'] as const;
