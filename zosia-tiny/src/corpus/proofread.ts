/**
 * Mends what phrases cannot know that are put together: "a" before a vowel becomes "an", and a letter
 * after the end of a sentence becomes a capital.
 */
export function proofread(text: string): string {
  return text
    .replace(/\b([Aa]) (?=[aeiou])/g, '$1n ')
    .replace(/(?<=[.!?] )[a-z]/g, (letter) => letter.toUpperCase());
}
