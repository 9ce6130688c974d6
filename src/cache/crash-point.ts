/**
 * For tests of crash safety. With `RETABLE_CRASH_AT=<step>`, this process kills itself (like `kill -9`) when it reaches
 * this step; with `RETABLE_CRASH_AT=<step>:3`, when it reaches it for the third time. The steps are the
 * names given to `store.step(…)`; `docs/cache-and-crash-safety.md` lists those of a publication.
 */
export function crashPoint(where = process.env.RETABLE_CRASH_AT): (step: string) => void {
  if (where === undefined || where === '') return () => {};
  const [name, count = '1'] = where.split(':');
  let left = Number(count);
  return (step) => {
    if (step !== name) return;
    left -= 1;
    if (left === 0) process.kill(process.pid, 'SIGKILL');
  };
}
