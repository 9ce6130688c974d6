import type { EngineKey } from '../plan/fingerprint.ts';
import type { Reason } from '../plan/reasons.ts';
import type { DoneCell } from './record.ts';

/** The engine in one reason, where another one or another processor explains all its differences. */
export function told(
  changes: readonly Reason[],
  { basis: before }: DoneCell,
  { basis: after }: DoneCell,
): Reason[] {
  if (!isOtherDevice(before.engine, after.engine)) return [...changes];
  const [was, is] = [engineText(before.engine), engineText(after.engine)];
  return [
    { reason: 'engine-changed', message: `engine: ${was} → ${is}`, field: 'engine', before: was, after: is },
    ...changes.filter(({ reason }) => reason !== 'engine-changed'),
  ];
}

function engineText(engine: EngineKey | null): string {
  if (engine === null) return '(none)';
  const { name, device, processor, threads } = engine;
  return `${name} on ${device} (${processor})${threads === undefined ? '' : `, ${threads} threads`}`;
}

/** Whether results are rounded differently because something else computes them, not because its code was changed. */
export function isOtherDevice(before: EngineKey | null, after: EngineKey | null): boolean {
  if (before === null || after === null) return false;
  return (['name', 'device', 'processor', 'threads'] as const).some((key) => before[key] !== after[key]);
}
