/**
 * Cuts a text where no piece of ours reaches across: a word with the space before it, or one character
 * that is no letter. So digits are tokens of their own, and 17 is read as 1 and 7.
 */
export function wordsOf(text: string): readonly string[] {
  return text.match(/ ?[A-Za-z]+|[^]/gu) ?? [];
}
