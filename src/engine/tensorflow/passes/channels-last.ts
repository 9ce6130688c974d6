import { at, channelsFirst, channelsLast as toLast } from '../../trace/build/shape.ts';
import type { GraphBuilder } from '../../trace/builder.ts';
import type { Graph, Node, Value } from '../../trace/graph.ts';
import { rebuildByRules } from '../../trace/passes/rebuild.ts';

/**
 * Batch normalisation with given statistics is traced channels-first, as ONNX has it. In TensorFlow it is
 * channels-last like everything else; `simplify` then removes the transpositions around it.
 */
export function channelsLast(graph: Graph): Graph {
  return rebuildByRules(graph, { BatchNormalization: normalise });
}

function normalise({ attributes }: Node, inputs: readonly Value[], g: GraphBuilder): Value {
  const [x, ...parameters] = [at(inputs, 0), ...inputs.slice(1)];
  const isImage = x.shape.length === 4;
  const { epsilon } = attributes;
  if (epsilon === undefined) throw new Error('a BatchNormalization without epsilon');
  const images = isImage ? toLast(g, x) : x;
  const shape = isImage ? images.shape : [at(x.shape, 0), 1, 1, at(x.shape, 1)];
  const operands = [isImage ? images : g.one('Reshape', [x], { shape }, shape, 'float32'), ...parameters];
  const settings = { epsilon, is_training: false, data_format: 'NHWC' };
  const channels = { shape: at(parameters, 0).shape, dtype: 'float32' as const };
  // Also the statistics, which nothing reads here.
  const outputs = [{ shape, dtype: 'float32' as const }, channels, channels, channels, channels, channels];
  const result = at(g.node('FusedBatchNormV3', operands, settings, outputs).outputs, 0);
  return isImage
    ? channelsFirst(g, result)
    : g.one('Reshape', [result], { shape: x.shape }, x.shape, 'float32');
}
