import type { Json } from '../../json.ts';

/** Parameters on which the cost of a training does not depend: they are values, not shapes or numbers of steps. */
const free = new Set(['seed', 'lr', 'schedule', 'milestones', 'factor', 'normalise', 'teacher-checkpoint']);

/** Numbers that say how often something is done. Of others, such as weights of losses, only 0 changes what is computed. */
const counted = new Set([
  ...['epochs', 'stop-after', 'batch-size', 'steps', 'replays', 'crop'],
  ...['discriminator-every', 'match-after'],
]);

/** The parameters on which the cost of a training depends. */
export function costParameters(parameters: object): Record<string, Json> {
  // The parameters of a cell are JSON.
  const entries = Object.entries(parameters as Record<string, Json>);
  const kept = entries.filter(([name]) => !free.has(name));
  return Object.fromEntries(
    kept.map(([name, value]) => [
      name,
      typeof value === 'number' && !counted.has(name) ? Number(value !== 0) : value,
    ]),
  );
}
