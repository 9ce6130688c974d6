import type { Graph } from '../../trace/graph.ts';
import { simplify } from '../../trace/passes/simplify.ts';
import { channelsLast } from './channels-last.ts';
import { tensorflowOperators } from './operators.ts';
import { reluGradient } from './relu-gradient.ts';

/** Makes a traced graph one of TensorFlow's operators, with fewer of them. */
export function optimise(graph: Graph): Graph {
  return tensorflowOperators(reluGradient(simplify(channelsLast(graph))));
}
