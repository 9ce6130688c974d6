/**
 * Starts pieces of work before they are needed, so that they go on while their predecessors are used.
 * @param total number of pieces
 * @param most number of pieces, at least 1, that may be started or done and not yet given up: the one that was taken
 * last and those after it
 * @param start starts a piece, by its number from 0
 * @returns gives a piece; call it with ascending numbers. Those before it are given up. The piece that was taken last may
 * be taken again.
 */
export function startAhead<T>(
  total: number,
  most: number,
  start: (piece: number) => Promise<T>,
): (piece: number) => Promise<T> {
  const started = new Map<number, Promise<T>>();
  return (piece) => {
    for (const one of started.keys()) if (one < piece) started.delete(one);
    for (let one = piece; one < Math.min(piece + most, total); one += 1) {
      if (started.has(one)) continue;
      const work = start(one);
      // Whoever takes it gets the error. It may never be taken.
      work.catch(() => {});
      started.set(one, work);
    }
    const work = started.get(piece);
    if (work === undefined) throw new RangeError(`There is no piece ${piece} of ${total}`);
    return work;
  };
}
