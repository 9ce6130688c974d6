import { execFile } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { markdownTable } from 'markdown-table';
import prettyBytes from 'pretty-bytes';
import prettyMs from 'pretty-ms';
import { home } from '../src/home.ts';
import type { AutoAttackPasses } from './support/large-autoattack.ts';

// What the largest nets take of this machine: a step of training and a batch of AutoAttack, each in a process of its own,
// once and cold. `npm run bench:large -- mixacm`; words choose works. The PGD-AT step has one step of attack, and
// AutoAttack one of each kind of pass; what all of them would take is extrapolated, and called so.

const works = ['training-step', 'pgd-at-step', 'mixacm-step', 'autoattack'];
const { values, positionals } = parseArgs({
  options: {
    net: { type: 'string', default: 'wrn-34-10' },
    images: { type: 'string', default: '128' },
    engine: { type: 'string', default: 'onnx' },
    threads: { type: 'string', default: String(availableParallelism()) },
  },
  allowPositionals: true,
});

interface Measured extends Partial<AutoAttackPasses> {
  readonly seconds: number;
  readonly compiling?: number;
  readonly peak: number;
}

const rows: string[][] = [];
for (const work of works) {
  if (positionals.length > 0 && !positionals.some((word) => work.includes(word))) continue;
  const script = join(home, 'dist', 'bench', 'large-work.js');
  const { net, images, threads, engine } = values;
  const { stdout } = await promisify(execFile)(process.execPath, [
    script,
    work,
    net,
    images,
    threads,
    engine,
  ]);
  // Printed by that script alone.
  const measured = JSON.parse(stdout) as Measured;
  rows.push([
    `${work}, ${net}, ${images} images`,
    prettyBytes(measured.peak),
    `${measured.seconds.toFixed(1)} s`,
    `${(measured.compiling ?? 0).toFixed(1)} s`,
    notes(measured),
  ]);
  console.error(rows.at(-1)?.join('  '));
}
const head = ['work', 'peak memory', 'took', 'of it compiling', ''];
console.log(markdownTable([head, ...rows], { align: ['l', 'r', 'r', 'r', 'l'] }));

function notes({ gradientPass, forwardPass, whole }: Measured): string {
  if (gradientPass === undefined || forwardPass === undefined || whole === undefined) return '';
  const passes = `${gradientPass.toFixed(1)} s a gradient, ${forwardPass.toFixed(1)} s a forward pass`;
  return `${passes}; extrapolated to all passes: ${prettyMs(1000 * whole, { unitCount: 2 })}`;
}
