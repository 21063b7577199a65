import { unsupported } from './errors.js';

/** Types that llama.cpp read once, and the one to have instead. Source: ggml/include/ggml.h, ggml.c. */
const REMOVED: ReadonlyMap<number, readonly [name: string, instead: string]> = new Map([
  [4, ['Q4_2', 'Q4_0']],
  [5, ['Q4_3', 'Q4_1']],
  [31, ['Q4_0_4_4', 'Q4_0']],
  [32, ['Q4_0_4_8', 'Q4_0']],
  [33, ['Q4_0_8_8', 'Q4_0']],
  [36, ['IQ4_NL_4_4', 'IQ4_NL']],
  [37, ['IQ4_NL_4_8', 'IQ4_NL']],
  [38, ['IQ4_NL_8_8', 'IQ4_NL']],
]);

/** The error for a tensor of a type that is not in the table of ggml's types. */
export function unknownType(model: string, tensor: string, id: number): Error {
  const label = JSON.stringify(tensor);
  const [name, instead] = REMOVED.get(id) ?? [];
  if (name !== undefined) {
    return unsupported(
      model,
      `the tensor ${label} is of type ${name}, which llama.cpp no longer reads`,
      `Get the model in ${instead}.`,
    );
  }
  return unsupported(
    model,
    `the tensor ${label} is of type ${id}, which llama.cpp does not know`,
    'It may be damaged, newer than the llama.cpp that zosia comes with, or made for a variant of ' +
      'llama.cpp with types of its own: get the model in a usual quantisation, such as Q4_K_M.',
  );
}
