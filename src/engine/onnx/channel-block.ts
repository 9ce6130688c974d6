import { InferenceSession, Tensor } from 'onnxruntime-node';
import { GraphBuilder } from '../trace/builder.ts';
import { toBlocked } from './build/blocked.ts';
import { encodeModel, valueName } from './encode.ts';

/** onnxruntime blocks images whose channels are a multiple of 4; blocks are larger. */
const LEAST = 4;

let known: Promise<number | undefined> | undefined;

/**
 * The block size of this processor's blocked convolutions (16 with AVX-512, 8 with AVX2); undefined if it has none.
 * It is measured by blocking an image with fewer channels and counting the channels of the result. A wrong block size
 * would give wrong results without an error.
 */
export function channelBlock(): Promise<number | undefined> {
  known ??= probe();
  return known;
}

async function probe(): Promise<number | undefined> {
  const g = new GraphBuilder();
  const image = g.input('image', [1, LEAST, 1, 1], 'float32');
  const blocked = toBlocked(g, image, LEAST);
  let session: InferenceSession;
  try {
    session = await InferenceSession.create(encodeModel([blocked]), { logSeverityLevel: 4 });
  } catch {
    // A build of onnxruntime without these operators rejects the model.
    return undefined;
  }
  const results = await session.run({
    [valueName(image)]: new Tensor('float32', new Float32Array(LEAST), image.shape),
  });
  await session.release();
  const channels = results[valueName(blocked)]?.dims[1];
  return channels !== undefined && channels > LEAST ? channels : undefined;
}
