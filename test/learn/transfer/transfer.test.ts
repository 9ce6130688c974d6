import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { toBatch } from '../../../src/learn/data/batch.ts';
import { acmLoss } from '../../../src/learn/loss/acm.ts';
import { crossEntropy } from '../../../src/learn/loss/cross-entropy.ts';
import { distillation } from '../../../src/learn/loss/kl.ts';
import { initialise } from '../../../src/learn/model/init.ts';
import type { Model } from '../../../src/learn/model/model.ts';
import { createModel } from '../../../src/learn/model/models.ts';
import { rank2, rank4 } from '../../../src/learn/model/rank.ts';
import { start } from '../../../src/learn/train/current.ts';
import type { MethodBuilder } from '../../../src/learn/train/method.ts';
import { mixup } from '../../../src/learn/train/mixup.ts';
import { standard } from '../../../src/learn/train/standard.ts';
import { train } from '../../../src/learn/train/train.ts';
import { ard } from '../../../src/learn/transfer/ard.ts';
import { attention } from '../../../src/learn/transfer/attention.ts';
import { pairBlocks } from '../../../src/learn/transfer/blocks.ts';
import { igam } from '../../../src/learn/transfer/igam.ts';
import { kd } from '../../../src/learn/transfer/kd.ts';
import { type MixAcmSettings, mixacm } from '../../../src/learn/transfer/mixacm.ts';
import { rslad } from '../../../src/learn/transfer/rslad.ts';
import type { Teacher } from '../../../src/learn/transfer/teacher.ts';
import { cpu } from '../calculate.ts';
import {
  ardDefaults,
  attentionDefaults,
  igamDefaults,
  kdDefaults,
  mixAcmDefaults,
  rsladDefaults,
} from '../defaults.ts';
import { memory, shape, toyData, toyModel, toyTraining } from '../train/toy-training.ts';

function untrained(model: Model): Teacher {
  return { model, weights: initialise([...model.parameters, ...model.state], 77) };
}

const teacher = untrained(createModel('resnet-8-w2', { inputShape: shape, classes: 3 }));
const wide = untrained(createModel('resnet-8-w3', { inputShape: shape, classes: 3 }));
const off: MixAcmSettings = { ...mixAcmDefaults, alpha: 0, kdWeight: 0, acmWeight: 0 };
const short = { epochs: 2 };

describe('transfer', () => {
  it.each([
    ['kd', kd(wide, kdDefaults)],
    ['mixacm', mixacm(wide, mixAcmDefaults)],
    ['ard', ard(wide, { ...ardDefaults, steps: 2 })],
    ['rslad', rslad(wide, { ...rsladDefaults, steps: 2 })],
    ['attention', attention(wide, attentionDefaults)],
    ['igam', igam(wide, { ...igamDefaults, matchAfter: 0.5, discriminatorEvery: 2 })],
  ])(
    'by %s, resumed after any epoch, ends in the bits of the run that was not interrupted',
    async (_, method) => {
      const whole = memory();
      const expected = await train(toyTraining(method, { ...short, snapshots: whole }));
      for (const snapshot of whole.saved) {
        expect(await train(toyTraining(method, { ...short, snapshots: memory(snapshot) }))).toEqual(expected);
      }
    },
  );

  it.each([
    ['ard', ard(wide, { ...ardDefaults, steps: 2, reduction: 'batchmean' })],
    ['rslad', rslad(wide, { ...rsladDefaults, steps: 2, reduction: 'batchmean' })],
    ['attention', attention(wide, attentionDefaults)],
    ['igam', igam(wide, { ...igamDefaults, matchAfter: 0 })],
  ])('by %s lowers its loss', async (_, method) => {
    const { history } = await train(toyTraining(method, { dataset: toyData(96).train, epochs: 6 }));
    expect(history.at(-1)?.loss).toBeLessThan((history[0]?.loss ?? 0) * 0.8);
  });

  it('with all its parts switched off is standard training, and with mixup alone is mixup', async () => {
    // From the same weights: students have their own ones of a seed.
    const same = { ...short, initial: initialise([...toyModel.parameters, ...toyModel.state], 1) };
    expect(await train(toyTraining(mixacm(teacher, off), same))).toEqual(
      await train(toyTraining(standard(), same)),
    );
    const mixing = { ...off, alpha: 0.4 };
    expect(await train(toyTraining(mixacm(teacher, mixing), same))).toEqual(
      await train(toyTraining(mixup({ alpha: 0.4 }), same)),
    );
  });

  it('with soft labels alone is knowledge distillation', async () => {
    const soft = mixacm(teacher, { ...off, kdWeight: 0.7, temperature: 3 });
    const distilled = kd(teacher, { ...kdDefaults, kdWeight: 0.7, temperature: 3 });
    expect(await train(toyTraining(soft, short))).toEqual(await train(toyTraining(distilled, short)));
  });

  it('gives a student without the transformations that it was trained with', async () => {
    const snapshots = memory();
    const { last } = await train(toyTraining(mixacm(wide, mixAcmDefaults), { ...short, snapshots }));
    expect(Object.keys(last).sort()).toEqual(
      [...toyModel.parameters, ...toyModel.state].map(({ name }) => name).sort(),
    );
    const [first, second] = snapshots.saved.map(
      ({ tensors }) => tensors['own/transformation.stage3-stage3.weight'],
    );
    expect(first?.shape).toEqual([8, 12]);
    expect(second).not.toEqual(first);
  });

  it('leaves the teacher as it is', async () => {
    const copy = structuredClone(wide.weights);
    await train(toyTraining(mixacm(wide, mixAcmDefaults), short));
    expect(wide.weights).toEqual(copy);
  });

  it('brings the channel maps of the student nearer to those of the teacher', async () => {
    const settings = { ...off, acmWeight: 10 };
    const { history } = await train(toyTraining(mixacm(teacher, settings), { epochs: 10 }));
    expect(history.at(-1)?.loss).toBeLessThan((history[0]?.loss ?? 0) * 0.7);
  });
});

describe('the loss of MixACM', () => {
  it('is labelWeight · cross entropy + kdWeight · τ² KL + acmWeight · the sum over blocks, the teacher in eval mode', async () => {
    const settings: MixAcmSettings = {
      ...mixAcmDefaults,
      alpha: 0,
      kdWeight: 0.5,
      labelWeight: 0.25,
      temperature: 2,
      acmWeight: 3,
    };
    const method = mixacm(teacher, settings)({ engine: cpu, model: toyModel });
    const student = initialise([...toyModel.parameters, ...toyModel.state], 5);
    const names = Object.keys(student);
    const compiled = cpu.compile('test', ({ images, labels, ...tensors }) => {
      if (!images || !labels) throw new Error('No batch');
      const weights = Object.fromEntries(names.map((name) => [name, tensors[name] ?? images]));
      const fixed = Object.fromEntries(names.map((name) => [name, tensors[`teacher/${name}`] ?? images]));
      const inputs = {
        weights,
        own: {},
        fixed,
        extras: {},
        carried: {},
        images: rank4(images),
        labels: rank2(labels),
      };
      const own = toyModel.forward(weights, inputs.images, 'train');
      const other = teacher.model.forward(fixed, inputs.images, 'eval');
      const blocks = own.taps.map((tap, index) => {
        const counterpart = other.taps[index];
        if (!counterpart) throw new Error('No tap');
        return acmLoss({ student: tap, teacher: counterpart }, settings);
      });
      const [a, b, c, d] = blocks;
      if (!a || !b || !c || !d) throw new Error('No blocks');
      return {
        loss: method.loss(inputs).loss,
        crossEntropy: crossEntropy(own.logits, inputs.labels),
        soft: distillation(own.logits, other.logits, settings),
        maps: a.add(b).add(c).add(d),
      };
    });
    const fixed = Object.fromEntries(
      Object.entries(teacher.weights).map(([name, tensor]) => [`teacher/${name}`, tensor]),
    );
    const values = await compiled.run({ ...student, ...fixed, ...toBatch(toyData().train, [0, 1, 2, 3]) });
    const value = (name: string) => values[name]?.data[0] ?? Number.NaN;
    expect(value('loss')).toBeCloseTo(
      0.25 * value('crossEntropy') + 0.5 * value('soft') + 3 * value('maps'),
      5,
    );
    expect(value('maps')).toBeGreaterThan(0.1);
  });

  it('has the values that paper.md calls ours as its defaults', () => {
    expect(mixAcmDefaults).toMatchObject({
      alpha: 1,
      kdWeight: 1,
      temperature: 1,
      acmWeight: 10,
      power: 2,
      distance: 'l2',
    });
  });
});

describe('pairs of blocks', () => {
  const deep = createModel('resnet-18', { inputShape: shape, classes: 3 });

  it('are all taps and their counterparts, with a transformation only where widths differ', () => {
    const same = pairBlocks(toyModel, teacher.model, [], 'where-needed');
    expect(same.map((pair) => [pair.student, pair.teacher, pair.transformation])).toEqual(
      [0, 1, 2, 3].map((block) => [block, block, undefined]),
    );
    const shapes = pairBlocks(toyModel, wide.model, [], 'where-needed').map((p) => p.transformation?.shape);
    expect(shapes).toEqual([
      [2, 3],
      [2, 3],
      [4, 6],
      [8, 12],
    ]);
    const always = pairBlocks(toyModel, teacher.model, [4], 'always');
    expect(always[0]?.transformation).toMatchObject({
      name: 'transformation.stage3-stage3.weight',
      shape: [8, 8],
    });
  });

  it('can be chosen, also for models with different numbers of blocks', () => {
    const pairs = pairBlocks(toyModel, deep, [1, [4, 5]], 'where-needed');
    expect(pairs.map((pair) => [pair.student, pair.teacher])).toEqual([
      [0, 0],
      [3, 4],
    ]);
    expect(() => pairBlocks(toyModel, deep, [], 'where-needed')).toThrow(
      'The student has 4 blocks and the teacher 5',
    );
    expect(() => pairBlocks(toyModel, deep, [5], 'where-needed')).toThrow('has no block 5');
    expect(() => pairBlocks(toyModel, deep, [0], 'where-needed')).toThrow('has no block 0');
  });
});

describe('a student of the same seed as its teacher', () => {
  const startOf = (method: MethodBuilder) =>
    start(toyModel, method({ engine: cpu, model: toyModel }), undefined, 7, 4).tensors;
  const alone = startOf(standard());
  const drawn = toyModel.parameters.flatMap(({ name, init }) =>
    init.kind === 'constant' ? [] : [`model/${name}`],
  );

  it.each([
    ['kd', kd(wide, kdDefaults)],
    ['ard', ard(wide, ardDefaults)],
    ['rslad', rslad(wide, rsladDefaults)],
    ['attention', attention(wide, attentionDefaults)],
    ['igam', igam(wide, igamDefaults)],
    ['mixacm', mixacm(wide, mixAcmDefaults)],
  ])('begins with other weights: %s', (_, method) => {
    const student = startOf(method);
    for (const name of drawn) {
      expect(student[name], name).not.toEqual(alone[name]);
      expect(student[name], name).toEqual(startOf(kd(teacher, kdDefaults))[name]);
    }
  });
});

describe('a teacher', () => {
  it('of other classes can give channel maps and no soft labels', async () => {
    const other = untrained(createModel('resnet-8-w2', { inputShape: shape, classes: 5 }));
    await expect(train(toyTraining(kd(other, kdDefaults), short))).rejects.toMatchObject({
      reason: 'teacher-mismatch',
    });
    await expect(train(toyTraining(mixacm(other, mixAcmDefaults), short))).rejects.toMatchObject({
      reason: 'teacher-mismatch',
    });
    const { history } = await train(toyTraining(mixacm(other, { ...off, acmWeight: 1 }), short));
    expect(history).toHaveLength(2);
  });

  it('of as many other classes is refused where its logits are compared', async () => {
    const digits = (names: string[]) =>
      untrained(createModel('resnet-8-w2', { inputShape: shape, classes: 3, classNames: names }));
    const model = digits(['5', '6', '7']).model;
    const dataset = { ...toyData().train, classes: ['5', '6', '7'] };
    const learning = (method: MethodBuilder) => train(toyTraining(method, { ...short, model, dataset }));
    const other = digits(['0', '1', '7']);
    for (const method of [
      kd(other, kdDefaults),
      ard(other, ardDefaults),
      rslad(other, rsladDefaults),
      igam(other, igamDefaults),
      mixacm(other, mixAcmDefaults),
    ]) {
      await expect(learning(method)).rejects.toMatchObject({
        reason: 'class-mismatch',
        message: expect.stringContaining('class 0 is "0" to it and "5" in the data, and 1 more'),
        hint: expect.stringContaining('linear-probe'),
      });
    }
    for (const method of [
      attention(other, attentionDefaults),
      mixacm(other, { ...off, acmWeight: 1 }),
      kd(digits(['5', '6', '7']), kdDefaults),
    ]) {
      expect((await learning(method)).history).toHaveLength(2);
    }
    // Imported weights do not tell what their classes are called.
    expect((await learning(kd(untrained(toyModel), kdDefaults))).history).toHaveLength(2);
  });

  it('of other images is refused, and so are weights of another model', async () => {
    const other = untrained(createModel('resnet-8-w2', { inputShape: [8, 8, 1], classes: 3 }));
    await expect(train(toyTraining(mixacm(other, mixAcmDefaults), short))).rejects.toMatchObject({
      reason: 'teacher-mismatch',
    });
    const mixedUp = { model: teacher.model, weights: wide.weights };
    await expect(train(toyTraining(mixacm(mixedUp, mixAcmDefaults), short))).rejects.toMatchObject({
      reason: 'shape-mismatch',
    });
  });
});

describe('the code of training and transfer', () => {
  it('imports no evaluation attack, so that a change to one trains nothing again', async () => {
    const { metafile } = await build({
      entryPoints: ['train/train', 'train/methods', 'transfer/methods'].map((name) => `src/learn/${name}.ts`),
      outdir: 'out',
      bundle: true,
      write: false,
      metafile: true,
      platform: 'node',
      format: 'esm',
      packages: 'external',
    });
    const files = Object.keys(metafile.inputs);
    expect(files).toContain('src/learn/train/linf.ts');
    expect(files.filter((file) => file.includes('learn/attack'))).toEqual([]);
  });
});
