import type { Graph } from '../graph.ts';
import { keepChannelsFirst } from './channels-first.ts';
import { mergeAxes } from './merge-axes.ts';
import { simplify } from './simplify.ts';
import { steady } from './steady.ts';

/** What every traced graph goes through before it is encoded. */
const PASSES: readonly ((graph: Graph) => Graph)[] = [
  simplify,
  keepChannelsFirst,
  simplify,
  steady,
  mergeAxes,
  simplify,
];

export function optimise(graph: Graph): Graph {
  return PASSES.reduce((current, pass) => pass(current), graph);
}
