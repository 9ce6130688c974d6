import type { HostTensor } from '../../engine/engine.ts';
import type { Stream } from '../random/stream.ts';
import { perturbed } from '../train/linf.ts';
import type { AttackBatch } from './attacker.ts';
import { floats } from './gradient-step.ts';

/**
 * The clean images plus noise from each example's own stream, clipped to [0, 1].
 * @param name of the stream; `counter` numbers the draws under one name
 * @param draw returns `size` numbers in [-epsilon, epsilon], where size is that of an image
 */
export function randomPoint(
  { images, random }: AttackBatch,
  { name, counter }: { name: string; counter: number },
  draw: (stream: Stream, size: number) => Float32Array,
): HostTensor {
  const pixels = floats(images);
  const size = pixels.length / (images.shape[0] ?? 1);
  const noise = new Float32Array(pixels.length);
  for (let row = 0; row * size < pixels.length; row += 1) {
    noise.set(draw(random(name, row, counter), size), row * size);
  }
  return { shape: images.shape, data: perturbed(pixels, noise) };
}
