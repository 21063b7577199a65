/**
 * The order in which contestants take their turns in a run, as indices: another one in each run, so that none always
 * comes after the same one, whose traces in caches and on the disk it would have to live with. Over as many runs as
 * there are contestants (twice as many for an odd number) each follows each other one equally often, and each is
 * equally often in each place (E. J. Williams, "Experimental designs balanced for the estimation of residual effects
 * of treatments", 1949).
 *
 * @param run from 0
 */
export function turnsOf(count: number, run: number): number[] {
  const isOdd = count % 2 === 1;
  const shift = isOdd ? Math.floor(run / 2) : run;
  // 0, 1, last, 2, last but one, …: no two neighbours are the same distance apart.
  const turns = Array.from({ length: count }, (_, place) => {
    const step = Math.ceil(place / 2);
    return (((place % 2 === 1 ? step : count - step) % count) + shift) % count;
  });
  return isOdd && run % 2 === 1 ? turns.reverse() : turns;
}
