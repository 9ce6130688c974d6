import type { KindChecker } from '../check/kind-checker.ts';
import type { StageShape } from '../parse/stage-shape.ts';
import type { Built } from './join.ts';

/** A stage with its cells; without cells if there is a mistake in it or in what it needs. */
export interface ExpandedStage {
  readonly shape: StageShape;
  readonly checker: KindChecker | undefined;
  readonly cells: readonly Built[] | undefined;
  readonly ownAxes: ReadonlySet<string>;
}
