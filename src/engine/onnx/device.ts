import type { Tensors } from '../engine.ts';
import { differing, wave } from '../first-test.ts';
import type { OnnxDevice } from '../identity.ts';
import { first, GraphBuilder } from '../trace/builder.ts';
import { type Graph, liveNodes, type Value } from '../trace/graph.ts';
import { conv } from './build/conv.ts';
import { prepare } from './session.ts';

/**
 * Runs convolutions on a device and on the CPU, and compares the results. Some GPU kernels of onnxruntime are wrong
 * for some shapes without an error (see `webgpu.ts`); such a device must not be used.
 * @throws the error of onnxruntime if the device is missing; an Error if its results differ
 */
export async function tryDevice(device: OnnxDevice): Promise<void> {
  if (device === 'cpu') return;
  const graph = convolutions();
  const inputs = inputsOf(graph);
  const [results, expected] = [await run(graph, inputs, device), await run(graph, inputs, 'cpu')];
  const wrong = differing(results, expected);
  if (wrong.length > 0) throw new Error(`it computes these convolutions wrong: ${wrong.join(', ')}`);
}

async function run(graph: Graph, inputs: Tensors, device: OnnxDevice): Promise<Tensors> {
  const session = await prepare(graph, { threads: 1, device });
  const results = await session.run(inputs);
  await session.release();
  return results;
}

function convolutions(): Graph {
  const g = new GraphBuilder();
  const outputs: Record<string, Value> = {};
  const shapes = [
    { from: 3, to: 16, size: 8, kernel: 3, stride: 1 },
    { from: 16, to: 32, size: 8, kernel: 3, stride: 2 },
    { from: 6, to: 12, size: 4, kernel: 1, stride: 2 },
    { from: 12, to: 24, size: 2, kernel: 2, stride: 1 },
  ];
  for (const { from, to, size, kernel, stride } of shapes) {
    const name = `${from} to ${to} channels, ${kernel} by ${kernel}, stride ${stride}`;
    const [x, filter] = [
      g.input(`x of ${name}`, [5, from, size, size], 'float32'),
      g.input(`filter of ${name}`, [to, from, kernel, kernel], 'float32'),
    ];
    const after = kernel === 3 ? 1 : kernel - 1;
    const before = kernel === 3 ? 1 : 0;
    const window = {
      kernel: [kernel, kernel],
      strides: [stride, stride],
      pads: [before, before, after, after],
      dilations: [1, 1],
    } as const;
    const out = Math.floor((size + before + after - kernel) / stride) + 1;
    outputs[name] = conv(g, x, filter, window, [out, out]);
  }
  return { outputs };
}

function inputsOf(graph: Graph): Tensors {
  const inputs = liveNodes(Object.values(graph.outputs)).filter(({ op }) => op === 'Input');
  return Object.fromEntries(inputs.map((node) => [String(node.attributes.name), wave(first(node).shape)]));
}
