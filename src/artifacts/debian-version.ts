/**
 * Compares two versions of a Debian package as dpkg does (deb-version(7)): negative where the first is the
 * lower one, 0 where both count the same.
 */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [partsOf(a), partsOf(b)];
  return (
    left.epoch - right.epoch ||
    comparePart(left.upstream, right.upstream) ||
    comparePart(left.revision, right.revision)
  );
}

function partsOf(version: string): { epoch: number; upstream: string; revision: string } {
  const colon = version.indexOf(':');
  const rest = version.slice(colon + 1);
  const dash = rest.lastIndexOf('-');
  return {
    epoch: colon < 0 ? 0 : Number(version.slice(0, colon)),
    upstream: dash < 0 ? rest : rest.slice(0, dash),
    revision: dash < 0 ? '' : rest.slice(dash + 1),
  };
}

/** What is no digit is compared first, then digits as a number, and so on by turns. */
function comparePart(a: string, b: string): number {
  for (let [restA, restB] = [a, b]; restA !== '' || restB !== '';) {
    const [textA, textB] = [restA, restB].map((rest) => /^\D*/.exec(rest)![0]) as [string, string];
    for (let i = 0; i < Math.max(textA.length, textB.length); i++) {
      const difference = rank(textA[i]) - rank(textB[i]);
      if (difference !== 0) return difference;
    }
    [restA, restB] = [restA.slice(textA.length), restB.slice(textB.length)];
    const [digitsA, digitsB] = [restA, restB].map((rest) => /^\d*/.exec(rest)![0]) as [
      string,
      string,
    ];
    const [numberA, numberB] = [digitsA, digitsB].map((digits) => digits.replace(/^0+/, '')) as [
      string,
      string,
    ];
    if (numberA.length !== numberB.length) return numberA.length - numberB.length;
    if (numberA !== numberB) return numberA < numberB ? -1 : 1;
    [restA, restB] = [restA.slice(digitsA.length), restB.slice(digitsB.length)];
  }
  return 0;
}

/** A tilde sorts before the end, the end before letters, letters before the rest. */
function rank(character: string | undefined): number {
  if (character === '~') return -1;
  if (character === undefined) return 0;
  const code = character.charCodeAt(0);
  return /[A-Za-z]/.test(character) ? code : code + 256;
}
