import { type AttackSettings, declared } from '../attack/attacks.ts';
import { passesOf } from '../attack/passes.ts';

/** An attack on its own, or a member of a cascade. */
export interface Member {
  readonly settings: AttackSettings;
  /** Whether it attacks only the images that withstood the members before. */
  readonly onlyRobust: boolean;
}

/** The attacks of a cell. */
export function membersOf(settings: AttackSettings): Member[] {
  const { epsilon, steps, targets, queries } = settings;
  if (declared(settings.name).search !== 'cascade') return [{ settings, onlyRobust: false }];
  return [
    { settings: { name: 'apgd-ce', epsilon, steps }, onlyRobust: false },
    { settings: { name: 'apgd-t', epsilon, steps, targets }, onlyRobust: true },
    { settings: { name: 'fab-t', epsilon, steps, targets }, onlyRobust: true },
    { settings: { name: 'square', epsilon, queries }, onlyRobust: true },
  ];
}

/** Steps and queries that are measured at least. */
const fewest = { steps: 2, queries: 8 };

/** The same attack with fewer steps, targets and queries, so that it takes about `most` passes. */
export function shortened(settings: AttackSettings, classes: number, most: number): AttackSettings {
  const { restarts, targets, steps, queries } = settings;
  if (passesOf(settings, classes).robust <= most) return settings;
  if ((restarts ?? 1) > 1) return shortened({ ...settings, restarts: 1 }, classes, most);
  if (targets !== 1 && hasTargets(settings)) return shortened({ ...settings, targets: 1 }, classes, most);
  if (steps !== undefined && steps > fewest.steps)
    return shortened({ ...settings, steps: Math.max(fewest.steps, Math.floor(steps / 2)) }, classes, most);
  if (queries !== undefined && queries > fewest.queries)
    return shortened(
      { ...settings, queries: Math.max(fewest.queries, Math.floor(queries / 2)) },
      classes,
      most,
    );
  return settings;
}

function hasTargets({ name }: AttackSettings): boolean {
  return Object.hasOwn(declared(name).parameters.properties, 'targets');
}
