/** What is built, by the names that the programs have in `bin`. */
export const LLAMA_PROGRAMS = [
  'llama-cli',
  'llama-completion',
  'llama-server',
  'llama-bench',
  'ggml-rpc-server',
] as const;
