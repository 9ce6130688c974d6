import { describe, expect, it } from 'vitest';
import { greatestDifference } from '../calculate.ts';
import { families, usedWeights } from '../families.ts';
import { dataOf, forward, wave } from '../waves.ts';

const settings = { inputShape: [16, 16, 3], classes: 3 } as const;
const images = wave([2, 16, 16, 3], 5, 0.5, 0.5);
const before = families({ ...settings, tapBeforeRelu: true });

/** Height and width at the stem and each stage. */
const sizes: Readonly<Record<string, readonly number[]>> = {
  'a ResNet of three stages': [16, 16, 8, 4],
  'a wide ResNet': [16, 16, 8, 4],
  // Of the stem the tap comes before the pool.
  'a ResNet for ImageNet': [8, 4, 2, 1, 1],
  'a ResNet for ImageNet of bottlenecks': [8, 4, 2, 1, 1],
};

describe.each(Object.entries(families(settings)))('the taps of %s', (name, model) => {
  const weights = usedWeights(model);
  const names = model.taps.map((_, index) => `tap${index}`);
  // The blocks of a MobileNet end without ReLU.
  const hasRelu = (index: number) =>
    name !== 'a MobileNetV2' || index === 0 || index === model.taps.length - 1;

  it('are the stem and the end of each stage, with the channels that the model tells of', async () => {
    const outputs = await forward(model, 'eval', weights, images);
    const expected = (sizes[name] ?? [16, 16, 8, 4, 2]).map((size, index) => [
      ...[2, size, size, model.taps[index]?.channels],
    ]);
    expect(names.map((tap) => outputs[tap]?.shape)).toEqual(expected);
  });

  it('are what comes out of the ReLUs there, or what goes in if asked, and change nothing else', async () => {
    const other = before[name];
    if (!other) throw new Error(`There is no ${name}`);
    const active = await forward(model, 'eval', weights, images);
    const raw = await forward(other, 'eval', weights, images);
    expect(raw.logits).toEqual(active.logits);
    for (const [index, tap] of names.entries()) {
      expect(Math.min(...dataOf(raw, tap)), tap).toBeLessThan(0);
      const through = (value: number) => (hasRelu(index) ? Math.max(value, 0) : value);
      expect(greatestDifference(dataOf(raw, tap).map(through), dataOf(active, tap)), tap).toBe(0);
    }
  });
});
