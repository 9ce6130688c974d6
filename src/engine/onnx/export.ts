import { createHash } from 'node:crypto';
import { Failure } from '../../failure.ts';
import type { TensorFunction, Tensors } from '../engine.ts';
import { type Graph, liveNodes, type Value } from '../trace/graph.ts';
import { simplify } from '../trace/passes/simplify.ts';
import type { InputType } from '../trace/trace.ts';
import { encodeModel, isContributed, type ModelLabels } from './encode.ts';
import { foldConstants } from './fold.ts';
import { keepChannelsFirst } from './passes/channels-first.ts';
import { forReaders } from './passes/for-readers.ts';
import { trace } from './trace.ts';

/**
 * If a graph depends on the batch size, it differs between these two. Not 1, because some rules simplify axes of
 * extent 1.
 */
const BATCHES = [2, 3] as const;

export interface ExportOptions {
  /** Types of the inputs for one example, without the batch axis. */
  readonly inputs: Readonly<Record<string, InputType>>;
  /** Constant inputs, which become tensors of the file. */
  readonly fixed: Tensors;
  readonly labels: Omit<ModelLabels, 'names' | 'openAxis'>;
}

/**
 * Makes an ONNX model of a function for other programs: standard operators only, named inputs and outputs, any batch
 * size. The passes for onnxruntime's speed and for determinism are not applied.
 * @throws Failure those of `trace`; `not-exportable`
 */
export async function exportModel(
  name: string,
  fn: TensorFunction,
  { inputs, fixed, labels }: ExportOptions,
): Promise<Uint8Array> {
  const traced = BATCHES.map((batch) => trace(name, fn, batched(inputs, batch), fixed));
  const [graph, other] = await Promise.all(traced.map(portable));
  if (!graph || !other || !isSameForAllBatches(graph, other)) {
    throw new Failure('not-exportable', `${name} depends on the size of the batch.`, {
      hint: 'Only a function that computes each example independently of the others can be exported.',
    });
  }
  const outputs = Object.values(graph.outputs);
  const nodes = liveNodes(outputs);
  const foreign = nodes.find(isContributed);
  if (foreign) {
    throw new Failure('not-exportable', `${name} needs ${foreign.op}, which only onnxruntime has.`, {
      hint: 'Transpose the operand with `tf.transpose` instead of an option of `matMul`.',
    });
  }
  const given = nodes.flatMap(({ op, attributes, outputs }) =>
    op === 'Input' ? outputs.map((value): [Value, string] => [value, String(attributes.name)]) : [],
  );
  const named = Object.entries(graph.outputs).map(([key, value]): [Value, string] => [value, key]);
  return encodeModel(outputs, { ...labels, names: new Map([...given, ...named]), openAxis: 'batch' });
}

async function portable(graph: Graph): Promise<Graph> {
  const compact = simplify(keepChannelsFirst(simplify(graph)));
  return forReaders(simplify(await foldConstants(compact)));
}

function batched(inputs: ExportOptions['inputs'], batch: number): Record<string, InputType> {
  return Object.fromEntries(
    Object.entries(inputs).map(([key, { shape, dtype }]) => [key, { shape: [batch, ...shape], dtype }]),
  );
}

/** Whether two graphs have the same operators, attributes and constants, and all results have a batch axis. */
function isSameForAllBatches(a: Graph, b: Graph): boolean {
  const areBatches = [a, b].every(({ outputs }, index) =>
    Object.values(outputs).every(({ shape }) => shape[0] === BATCHES[index]),
  );
  return areBatches && withoutShapes(a) === withoutShapes(b);
}

/** A graph as text, without the shapes that follow from those of its inputs. */
function withoutShapes(graph: Graph): string {
  const nodes = liveNodes(Object.values(graph.outputs));
  const numbers = new Map(nodes.flatMap(({ outputs }) => outputs).map((value, index) => [value, index]));
  return JSON.stringify([
    nodes.map(({ op, inputs, outputs, attributes, data }) => [
      op,
      inputs.map((value) => numbers.get(value)),
      attributes,
      data && [outputs[0]?.shape, createHash('sha256').update(data).digest('hex')],
    ]),
    Object.entries(graph.outputs).map(([key, value]) => [key, numbers.get(value)]),
  ]);
}
