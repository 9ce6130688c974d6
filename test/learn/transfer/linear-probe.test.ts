import { describe, expect, it } from 'vitest';
import { toBatch } from '../../../src/learn/data/batch.ts';
import { synthetic } from '../../../src/learn/data/synthetic.ts';
import { initialise } from '../../../src/learn/model/init.ts';
import { createModel } from '../../../src/learn/model/models.ts';
import { rank4 } from '../../../src/learn/model/rank.ts';
import { defaultSgd } from '../../../src/learn/optimise/sgd.ts';
import { start } from '../../../src/learn/train/current.ts';
import type { MethodBuilder } from '../../../src/learn/train/method.ts';
import { standard } from '../../../src/learn/train/standard.ts';
import { train } from '../../../src/learn/train/train.ts';
import { attention } from '../../../src/learn/transfer/attention.ts';
import { linearProbe } from '../../../src/learn/transfer/linear-probe.ts';
import { cpu } from '../calculate.ts';
import { attentionDefaults } from '../defaults.ts';
import { expectEnginesAgree, lossOf } from '../train/method-loss.ts';
import { memory, shape, toyTraining } from '../train/toy-training.ts';

// A model that knows three classes, and a data set of five others.
const description = {
  net: 'resnet-8-w2',
  inputShape: [...shape] as [6, 6, 1],
  classes: 3,
  normalise: { mean: [0.4], std: [0.2] },
  bestEpoch: 2,
};
const old = createModel(description.net, description);
const { last: weights } = await train(toyTraining(standard(), { model: old }));
const trained = { description, weights };
const data = synthetic({ train: 50, test: 20, shape, classes: 5, seed: 8, noise: 25 });
const probe = linearProbe(trained, data.train.classes);
const batch = toBatch(data.train, [0, 1, 2, 3, 4, 5]);
const head = initialise(probe.model.parameters, 4);
const changes = { model: probe.model, dataset: data.train, optimiser: { ...defaultSgd, weightDecay: 0 } };

describe('linear probing', () => {
  it('trains the last layer alone', () => {
    expect(probe.model.parameters.map(({ name, shape }) => [name, shape])).toEqual([
      ['linear.weight', [8, 5]],
      ['linear.bias', [5]],
    ]);
    expect(Object.keys({ ...probe.body, ...head }).sort()).toEqual(Object.keys(trained.weights).sort());
    expect(linearProbe(trained, ['a', 'b', 'c']).model.parameters.length).toBe(2);
  });

  it('has the gradient of softmax regression on the features of the body in eval mode', async () => {
    const { linear, ...outputs } = await features();
    const [loss, count] = [
      await lossOf(cpu, probe.model, probe.method({ engine: cpu, model: probe.model }), {
        weights: head,
        batch,
      }),
      batch.labels.shape[0] ?? 0,
    ];
    const errors = outputs.probabilities.map((row, image) =>
      row.map((p, label) => (p - (data.train.labels[image] === label ? 1 : 0)) / count),
    );
    const expected = linear[0]?.map((_, unit) =>
      errors[0]?.map((_, label) =>
        errors.reduce((sum, row, image) => sum + (row[label] ?? 0) * (linear[image]?.[unit] ?? 0), 0),
      ),
    );
    const bias = errors[0]?.map((_, label) => errors.reduce((sum, row) => sum + (row[label] ?? 0), 0));
    for (const [name, wanted] of [
      ['gradient/linear.weight', expected?.flat()],
      ['gradient/linear.bias', bias],
    ] as const) {
      for (const [index, value] of (wanted ?? []).entries()) {
        expect(loss[name]?.data[index], name).toBeCloseTo(value ?? Number.NaN, 5);
      }
    }
  });

  it('begins with other numbers than the head of a student of the same seed', () => {
    const model = createModel(description.net, { ...description, classes: 5 });
    const headOf = (method: MethodBuilder, of = model) =>
      start(of, method({ engine: cpu, model: of }), undefined, 7, 4).tensors['model/linear.weight'];
    const others = [headOf(standard()), headOf(attention({ model: old, weights }, attentionDefaults))];
    for (const other of others) {
      expect(other?.shape).toEqual([8, 5]);
      expect(headOf(probe.method, probe.model)).not.toEqual(other);
    }
  });

  it('is computed alike by the compiled engine', () =>
    expectEnginesAgree(probe.method, probe.model, { weights: head, batch }));

  it('learns, and ends in the same bits when it is resumed after any epoch', async () => {
    const whole = memory();
    const options = { ...changes, epochs: 6, schedule: { kind: 'constant', rate: 1 } as const };
    const expected = await train(toyTraining(probe.method, { ...options, snapshots: whole }));
    expect(expected.history.at(-1)?.loss).toBeLessThan(expected.history[0]?.loss ?? 0);
    for (const snapshot of whole.saved) {
      const resumed = { ...options, snapshots: memory(snapshot) };
      expect(await train(toyTraining(probe.method, resumed))).toEqual(expected);
    }
  });
});

/** Of the batch: what goes into the last layer, and the probabilities that come of it. */
async function features() {
  const forward = cpu.compile('test', ({ images, ...weights }) => {
    if (!images) throw new Error('No images');
    const whole = createModel(description.net, { ...description, classes: 5 });
    const { taps, logits } = whole.forward(weights, rank4(images), 'eval');
    const last = taps.at(-1);
    if (!last) throw new Error('No taps');
    return { features: last.mean([1, 2]), probabilities: logits.softmax() };
  });
  const outputs = await forward.run({ images: batch.images, ...probe.body, ...head });
  const rows = (name: string, width: number) =>
    [0, 1, 2, 3, 4, 5].map((row) => [...(outputs[name]?.data ?? [])].slice(row * width, (row + 1) * width));
  return { linear: rows('features', 8), probabilities: rows('probabilities', 5) };
}
