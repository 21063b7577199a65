import type { Phrase } from './phrase.js';

/** Things people ask, and the one answer that is true. */
export interface Topic {
  readonly name: string;
  /** In the fixed wording that the model learns by heart. */
  readonly answer: string;
  /** Whole questions. */
  readonly questions?: readonly Phrase[] | undefined;
  /** What one might do, as it follows "how do i": "shut down the machine". */
  readonly actions?: readonly Phrase[] | undefined;
  /** What one might want explained, as it follows "what is": "the EFI machine". */
  readonly things?: readonly Phrase[] | undefined;
  /** What one might want to have confirmed, as it follows "is it true that": "zosia is free". */
  readonly claims?: readonly Phrase[] | undefined;
  /** How often it is asked compared with others; 1 unless given. */
  readonly weight?: number | undefined;
}
