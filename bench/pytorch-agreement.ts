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
