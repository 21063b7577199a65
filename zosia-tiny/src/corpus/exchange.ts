/** A question and its answer. */
export interface Exchange {
  readonly topic: string;
  readonly question: string;
  readonly answer: string;
}
