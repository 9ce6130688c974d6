import { suggest } from '../suggest.ts';
import type { Expansion } from './expand/expansion.ts';
import type { Findings } from './parse/findings.ts';
import type { Located } from './parse/table-shape.ts';

/**
 * The one stage that shown values are of; undefined after a mistake.
 * @param thing what shows them: `table`
 */
export function valueStage(
  values: readonly Located[],
  thing: string,
  expansion: Expansion,
  findings: Findings,
): string | undefined {
  let stage: string | undefined;
  for (const one of values) {
    const dot = one.text.indexOf('.');
    const of = one.text.slice(0, Math.max(dot, 0));
    if (dot < 1 || dot === one.text.length - 1) {
      findings.error(
        'bad-value',
        { path: one.path },
        `'${one.text}' does not say which stage has the value`,
        { hint: 'write STAGE.NAME' },
      );
      return undefined;
    }
    if (!isStage({ ...one, text: of }, expansion, findings)) return undefined;
    if (stage !== undefined && stage !== of) {
      findings.error(
        'bad-value',
        { path: one.path },
        `a ${thing} shows the values of one stage: '${stage}' or '${of}'`,
      );
      return undefined;
    }
    stage = of;
  }
  return stage;
}

/** Whether there is a stage of this name; reported if not. */
export function isStage({ text, path }: Located, expansion: Expansion, findings: Findings): boolean {
  if (expansion.stages.has(text)) return true;
  findings.error('unknown-stage', { path }, `there is no stage '${text}'`, {
    hint: suggest(text, expansion.stages.keys(), 'stages'),
  });
  return false;
}

/** `STAGE.NAME` without its stage. */
export function nameOf({ text }: Located): string {
  return text.slice(text.indexOf('.') + 1);
}
