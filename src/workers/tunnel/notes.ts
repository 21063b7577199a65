/** How many notes a minute are passed on: strangers can cause as many as they like. */
const NOTES = 10;
const PERIOD_MS = 60_000;

/**
 * Passes on notes, but not more than a few a minute; those that were left out are counted in the next.
 *
 * @param now milliseconds of any clock that only goes forward
 */
export function limitedNotes(
  onNote: (note: string) => void,
  now: () => number = () => performance.now(),
): (note: string) => void {
  let startMs = -Infinity;
  let told = 0;
  let leftOut = 0;
  return (note) => {
    if (now() - startMs >= PERIOD_MS) {
      startMs = now();
      told = 0;
    }
    if (told === NOTES) {
      leftOut++;
      return;
    }
    told++;
    onNote(leftOut === 0 ? note : `${note} (${leftOut} notes before it were left out)`);
    leftOut = 0;
  };
}
