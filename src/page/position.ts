/**
 * How far someone has read the events of a series of runs: the number of the last event of each run that went on, and of
 * the newest. Runs that are newer have not been read at all.
 */
export type Position = ReadonlyMap<string, number>;

/** As the id of a server-sent event: `RUN:12`, or `RUN:12,RUN:3` if several runs go on at the same time. */
export function positionText(position: Position): string {
  return [...position].map(([run, seq]) => `${run}:${seq}`).join(',');
}

/** Undefined if it is not such a text: a browser may send anything. */
export function parsePosition(text: string | undefined): Position | undefined {
  if (text === undefined || !/^[\w-]+:\d{1,15}(,[\w-]+:\d{1,15}){0,99}$/.test(text)) return undefined;
  return new Map(
    text.split(',').map((part) => {
      const [run = '', seq] = part.split(':');
      return [run, Number(seq)];
    }),
  );
}
