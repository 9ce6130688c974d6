import { InferenceSession, Tensor } from 'onnxruntime-node';
import { toBlocked } from './build/blocked.ts';
import { GraphBuilder } from './builder.ts';
import { encodeModel, valueName } from './encode.ts';

/** onnxruntime blocks multiples of 4, and blocks are larger. */
const LEAST = 4;

let known: Promise<number | undefined> | undefined;

/**
 * How many channels this processor's blocked convolutions take at a time (16 with AVX-512, 8 with AVX2), found out by
 * blocking an image of fewer channels and looking how many came of it; undefined where there are no such convolutions.
 * Filters in blocks of another size would give wrong results without a word.
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
    // A build of onnxruntime without these operators says so when it reads the model.
    return undefined;
  }
  const results = await session.run({
    [valueName(image)]: new Tensor('float32', new Float32Array(LEAST), image.shape),
  });
  await session.release();
  const channels = results[valueName(blocked)]?.dims[1];
  return channels !== undefined && channels > LEAST ? channels : undefined;
}
