import type { Target } from '../attack/attacker.ts';
import { classifier } from '../attack/classify.ts';
import { toBatch } from '../data/batch.ts';
import type { Dataset } from '../data/dataset.ts';
import { stream } from '../random/stream.ts';

/** Random images with labels in turn, to measure the speed of a computation that does not depend on the images. */
export function madeUp(count: number, shape: Dataset['shape'], classes: number): Dataset {
  const random = stream(0, 'estimate/images');
  const images = Uint8Array.from(random.uniform(count * shape[0] * shape[1] * shape[2], 0, 256));
  return {
    images,
    labels: Int32Array.from({ length: count }, (_, index) => index % classes),
    shape,
    classes: Array.from({ length: classes }, (_, label) => `class-${label}`),
  };
}

/** The same images, each with the label that a network gives it, so that an attack attacks all of them. */
export async function rightlyLabelled(target: Target, dataset: Dataset): Promise<Dataset> {
  const classify = classifier(target);
  const { images, labels } = toBatch(dataset, [...dataset.labels.keys()]);
  const { predicted } = await classify.run(images, labels);
  await classify.dispose();
  return { ...dataset, labels: predicted };
}
