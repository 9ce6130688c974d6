import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { createEngine } from '../src/engine/choose.ts';
import { cases } from '../test/learn/agreement/cases.ts';
import { attackedBeside, stepsBeside } from './support/agreement-compare.ts';
import { freeze } from './support/agreement-freeze.ts';
import { startPeer } from './support/agreement-peer.ts';
import { trainedOnCifar } from './support/agreement-trained.ts';

// Whether retable computes what PyTorch does, on CIFAR-10: logits of exported weights, PGD-20, five training steps of each
// loss. `npm run bench:pytorch -- --data-dir DIR`; words choose losses; `--engine` is that of our side. With `--freeze` it
// rewrites the numbers that the tests hold retable to where there is no PyTorch, and needs no data.

// Why `igam` is printed but not judged for this network, while a case with a discriminator weight of 0.05 is judged. Its
// loss uses the input gradient, which jumps when a ReLU of the student changes between on and off. A step at batch 32 has
// 2,359,296 ReLU inputs; two to four of them are closer to 0 than 1e-6 of their standard deviation, 20 to 25 closer than
// 1e-5. If one changes, the gradient of one image changes by 0.05 to 9 %, and the discriminator amplifies this. Measured:
// - From the same weights, `onnx` and PyTorch in float64 agree in four of five steps: input gradients to 6e-7, layers of
//   the discriminator to 1.2e-6, gradients of its cross entropy to 5e-6 (PyTorch in float32: 8e-6).
// - In the other step, one ReLU input of one image is 1.6e-7 standard deviations from 0. The gradient of that image differs
//   by 1.5 %, and by less than 1e-6 once this one ReLU is changed in PyTorch. After this step the weights differ by 3.8e-4,
//   two steps later by 2.1e-2.
// - PyTorch in float64 does the same if the student's weights are changed randomly by 1e-6: 1e-1 after one step (in the
//   discriminator's biases, which start at 0), 1.4e-1 after five (in the student's dense layer).
// - With a discriminator weight of 0.05, five steps agree to 1.2e-6. Without the discriminator the difference would be
//   5.9e-3, while a random change of 1e-6 moves the student by only 5.2e-4. A ReLU that changes in the very first step, in
//   which the discriminator learns, would still show in its biases.
// The tiny network of the tests has few ReLUs, so there `igam` is judged with its usual weight.

const FROZEN = 'test/learn/train/pytorch-frozen.json';

const { values, positionals } = parseArgs({
  options: {
    'data-dir': { type: 'string' },
    engine: { type: 'string', default: 'onnx' },
    freeze: { type: 'boolean', default: false },
    threads: { type: 'string', default: String(availableParallelism()) },
  },
  allowPositionals: true,
});
const threads = Number(values.threads);
const peer = await startPeer(threads, values.freeze ? 'float64' : 'float32');
if (!peer) {
  console.error('No python3 has PyTorch here. On Debian: apt-get install python3-torch');
  process.exit(1);
}
const engine = await createEngine(values.engine, { threads });
console.error(`PyTorch ${peer.version} beside ${values.engine}, ${threads} threads`);
try {
  if (values.freeze) {
    writeFileSync(FROZEN, `${JSON.stringify(await freeze(engine, peer), null, 2)}\n`);
    console.error(`${FROZEN} is written; \`npm run format\` gives it its form`);
  } else {
    const chosen = cases.filter(
      ({ name }) => !positionals.length || positionals.some((w) => name.includes(w)),
    );
    const trained = await trainedOnCifar(engine, values['data-dir']);
    const within = [
      await attackedBeside(engine, peer, trained),
      await stepsBeside(engine, peer, trained.beginning, chosen),
    ];
    if (within.includes(false)) process.exitCode = 1;
  }
} finally {
  peer.stop();
  await engine.dispose();
}
