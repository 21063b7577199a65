/** The ids that sentencepiece gives its special tokens. */
export const UNKNOWN_ID = 0;
export const BOS_ID = 1;
export const EOS_ID = 2;

/** By id: the texts that llama2.c's tokenizer.py gives the special tokens. */
export const SPECIAL_TEXTS: readonly string[] = ['<unk>', '\n<s>\n', '\n</s>\n'];

/** The 256 bytes come next: run.c takes the byte n of an unknown character for the token n + 3. */
export const FIRST_BYTE_ID = 3;

/** Where the pieces of text begin. */
export const FIRST_TEXT_ID = FIRST_BYTE_ID + 256;

/** The text of the token for a byte, as in `<0x0A>`. */
export function byteText(byte: number): string {
  return `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`;
}
