import { suggest } from '../../suggest.ts';
import type { Findings } from '../parse/findings.ts';
import type { StageShape } from '../parse/stage-shape.ts';
import type { KindChecker } from './kind-checker.ts';

/** Checks the needs of a stage against the inputs of its kind, and against the outputs of the needed stages. */
export function checkInputs(
  stage: StageShape,
  checker: KindChecker,
  kindOf: (stage: string) => KindChecker | undefined,
  findings: Findings,
): void {
  const { inputs } = checker.kind;
  if (inputs === 'any') return;
  for (const [name, { type, description, optional }] of Object.entries(inputs)) {
    if (optional) continue;
    if (stage.needs.some((need) => need.name === name)) continue;
    // A need with a wrong name is probably meant for this input; it is reported below.
    if (stage.needs.some((need) => !Object.hasOwn(inputs, need.name) && fits(need, type, kindOf))) continue;
    findings.error(
      'missing-input',
      { path: [...stage.path, 'needs'], at: 'key' },
      `stage '${stage.name}' needs a ${type} as '${name}': ${description}`,
      {
        hint: `add ${name}: STAGE to 'needs'`,
      },
    );
  }
  for (const need of stage.needs) {
    const input = Object.hasOwn(inputs, need.name) ? inputs[need.name] : undefined;
    if (input === undefined) {
      findings.error(
        'unknown-input',
        { path: need.path, at: 'key' },
        `kind '${checker.name}' takes no input '${need.name}'`,
        {
          hint: suggest(need.name, Object.keys(inputs), 'its inputs'),
        },
      );
      continue;
    }
    for (const { text, path } of need.stages) {
      const output = kindOf(text)?.kind.output;
      if (output === undefined || output === input.type) continue;
      findings.error(
        'wrong-input',
        { path },
        `${checker.name} needs a ${input.type} as '${need.name}', but stage '${text}' makes a ${output}`,
      );
    }
  }
}

function fits(
  need: StageShape['needs'][number],
  type: string,
  kindOf: (stage: string) => KindChecker | undefined,
): boolean {
  return need.stages.every(({ text }) => kindOf(text)?.kind.output === type);
}
