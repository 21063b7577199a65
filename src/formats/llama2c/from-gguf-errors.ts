import { ZosiaError } from '../../errors.js';

/** A model that a llama2.c checkpoint cannot express. */
export function inexpressible(name: string, what: string): ZosiaError {
  return new ZosiaError(
    'ZOSIA_MODEL_NOT_LLAMA2C',
    `${name} cannot become a llama2.c checkpoint: ${what}`,
    {
      hint:
        'llama2.c runs plain Llama models with a sentencepiece vocabulary; for others there is ' +
        'the Linux guest: zosia up MODEL.gguf',
    },
  );
}
