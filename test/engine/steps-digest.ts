/**
 * A program for `inChild`. It prints a digest of all that some training and attack steps give, for nets of some widths.
 * Its argument is the number of threads.
 */
export function stepsDigest(engine: 'onnx' | 'tensorflow', widths: readonly number[]): string {
  return `
  import { createHash } from 'node:crypto';
  import { createEngine } from '/src/engine/choose.ts';
  import { attackStep, initialise, labelsOf, trainStep } from '/test/engine/resnet.ts';
  import { real } from '/test/engine/tensors.ts';

  const engine = await createEngine('${engine}', { threads: Number(process.argv[2]) });
  const hash = createHash('sha256');
  for (const width of ${JSON.stringify(widths)}) {
    const net = { width, classes: 10, activation: 'relu' };
    const { params, state } = initialise(net);
    const names = Object.keys(params);
    const batch = { x: real([24, 16, 16, 3], 9, 0, 1), labels: labelsOf(24, 10) };
    let current = { ...params, ...state };
    for (const name of names) {
      current['m.' + name] = { shape: params[name].shape, data: new Float32Array(params[name].data.length) };
    }
    const train = engine.compile('train', trainStep(net, names, 0.1));
    for (let step = 0; step < 4; step++) {
      const { loss, ...rest } = await train.run({ ...current, ...batch });
      current = rest;
    }
    const attack = engine.compile('attack', attackStep(net), { fixed: current });
    let x = batch.x;
    for (let step = 0; step < 4; step++) x = (await attack.run({ ...batch, x0: batch.x, x })).x;
    for (const { data } of [...Object.values(current), x]) hash.update(new Uint8Array(data.buffer));
  }
  console.log(hash.digest('hex'));
`;
}
