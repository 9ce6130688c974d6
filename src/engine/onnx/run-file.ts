import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { Tensors } from '../engine.ts';
import { dtypeOf } from '../host.ts';

/** Loads a model from a file and runs it, as another program would. */
export async function runModelFile(path: string, inputs: Tensors): Promise<Tensors> {
  const session = await InferenceSession.create(path, { logSeverityLevel: 3 });
  try {
    const feeds = Object.entries(inputs).map(([key, tensor]): [string, Tensor] => [
      key,
      new Tensor(dtypeOf(tensor), tensor.data, tensor.shape),
    ]);
    const results = await session.run(Object.fromEntries(feeds));
    return Object.fromEntries(
      Object.entries(results).map(([key, { dims, data }]) => {
        if (data instanceof Float32Array || data instanceof Int32Array) return [key, { shape: dims, data }];
        throw new Error(`the output ${key} of ${path} is of no type that tensors have`);
      }),
    );
  } finally {
    await session.release();
  }
}
