/** A checkpoint of llama2.c and a GGUF may have one name in the catalogue; in the store they are two. */
export const checkpointName = (name: string): string => `${name}.bin`;
