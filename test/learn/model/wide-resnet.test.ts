import { describe, expect, it } from 'vitest';
import type { Tensors } from '../../../src/engine/engine.ts';
import { initialise } from '../../../src/learn/model/init.ts';
import type { Mode, Model } from '../../../src/learn/model/model.ts';
import { createModel, type ModelSettings } from '../../../src/learn/model/models.ts';
import { greatestDifference } from '../calculate.ts';
import { dataOf, forward as forwardOf, wave, waves } from '../waves.ts';

const settings: ModelSettings = { inputShape: [8, 8, 3], classes: 3 };
const images = wave([4, 8, 8, 3], 5, 0.5, 0.5);

const forward = (model: Model, mode: Mode) =>
  forwardOf(
    model,
    mode,
    waves(model, () => 0.2),
    images,
  );

describe('a wide ResNet', () => {
  // Made with PyTorch 1.13 in double precision and the architecture of the TRADES repository, its weights those of
  // `waves` by their names. In wrn-10-2 each block projects its shortcut; in wrn-16-1 most pass it on.
  const oracles = {
    'wrn-10-2': {
      eval: [
        [2.219148, 5.080143, -28.17557, 1.072631, -0.544666, -26.015336],
        [3.008514, 2.718903, -29.216861, -0.865612, 1.143537, -27.806305],
      ].flat(),
      train: [
        [0.110294, -0.098904, -0.120563, 0.207363, -0.554092, 0.01199],
        [-0.226837, 0.084471, -1.607259, -0.343205, -0.280338, -0.418191],
      ].flat(),
      'bn1.running_mean': [0.139428, -0.049639, 0.110209, 0.302068],
      'bn1.running_var': [1.538775, 1.060139, 1.176359, 1.433473],
      'block2.layer.0.bn2.running_var': [0.974578, 1.043068, 1.057863, 1.25674],
    },
    'wrn-16-1': {
      eval: [
        [-8.970284, -23.917926, 9.792278, -7.481025, -24.018157, 7.95925],
        [-7.44461, -21.566447, 9.767427, -8.431593, -25.5712, 9.674466],
      ].flat(),
      train: [
        [0.093175, -0.681926, 0.192948, 0.106864, -0.086947, 0.029359],
        [-0.139228, 0.311328, -0.033389, -0.151425, -0.264229, 0.034384],
      ].flat(),
      'bn1.running_mean': [0.082278, -0.030087, 0.108751, 0.170675],
      'bn1.running_var': [1.154912, 1.148758, 1.566481, 1.619314],
      'block2.layer.0.bn2.running_var': [0.930295, 0.952801, 1.024773, 1.093378],
    },
  };
  it.each(Object.entries(oracles))(
    '%s computes what PyTorch computes, in both modes',
    async (name, oracle) => {
      const model = createModel(name, settings);
      const evaluated = await forward(model, 'eval');
      expect(greatestDifference(dataOf(evaluated, 'logits'), oracle.eval)).toBeLessThan(1e-4);
      const { eval: _, train, ...statistics } = oracle;
      const trained = await forward(model, 'train');
      expect(greatestDifference(dataOf(trained, 'logits'), train)).toBeLessThan(1e-4);
      for (const [state, expected] of Object.entries(statistics)) {
        expect(greatestDifference(dataOf(trained, state).slice(0, 4), expected), state).toBeLessThan(1e-5);
      }
    },
  );

  it('updates all running statistics in train mode, and none in eval mode', async () => {
    const model = createModel('wrn-10-1', settings);
    const running = (outputs: Tensors) => Object.keys(outputs).filter((name) => name.includes('running'));
    expect(running(await forward(model, 'train')).sort()).toEqual(model.state.map(({ name }) => name).sort());
    expect(running(await forward(model, 'eval'))).toEqual([]);
  });

  it('gives the activations of stem and stages after the ReLU that follows them, or what goes into it', async () => {
    const [after, before] = [false, true].map((tapBeforeRelu) =>
      createModel('wrn-16-1', { ...settings, tapBeforeRelu }),
    ) as [Model, Model];
    const [active, raw] = [await forward(after, 'eval'), await forward(before, 'eval')];
    const taps = [0, 1, 2, 3].map((index) => `tap${index}`);
    expect(taps.map((tap) => active[tap]?.shape)).toEqual([
      [4, 8, 8, 16],
      [4, 8, 8, 16],
      [4, 4, 4, 32],
      [4, 2, 2, 64],
    ]);
    expect(after.taps.map(({ channels }) => channels)).toEqual([16, 16, 32, 64]);
    for (const tap of taps) {
      expect(Math.min(...dataOf(raw, tap))).toBeLessThan(0);
      const rectified = dataOf(raw, tap).map((value: number) => Math.max(value, 0));
      expect(greatestDifference(rectified, dataOf(active, tap)), tap).toBe(0);
    }
    expect(raw.logits).toEqual(active.logits);
  });

  it('starts with normal filters of variance 2 / (k² · channels out) and with no bias', () => {
    const { parameters } = createModel('wrn-10-4', settings);
    const values = initialise(parameters, 1);
    const filter = [...dataOf(values, 'block2.layer.0.conv1.weight')];
    const deviation = Math.sqrt(2 / (9 * 128));
    const moment = (power: number) =>
      filter.reduce((sum, value) => sum + (value / deviation) ** power, 0) / filter.length;
    // Of 73,728 normal numbers: the tolerances are four standard errors and more.
    expect(Math.abs(moment(1))).toBeLessThan(0.02);
    expect(Math.abs(moment(2) - 1)).toBeLessThan(0.03);
    expect(Math.abs(moment(4) - 3)).toBeLessThan(0.2);
    expect(new Set(dataOf(values, 'fc.bias'))).toEqual(new Set([0]));
  });
});
