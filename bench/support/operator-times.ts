import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { markdownTable } from 'markdown-table';
import type { OnnxDevice } from '../../src/engine/identity.ts';
import { createOnnxEngine } from '../../src/engine/onnx/engine.ts';
import { timed } from './compare.ts';
import { stepOf, type Work } from './engine-works.ts';

const STEPS = 10;
const SHOWN = 8;

/**
 * Prints which operators of onnxruntime take how much of a step, as onnxruntime itself measures it. A GPU's work goes on
 * after its operator has returned, and is waited for where a result is copied back.
 */
export async function printOperatorTimes(
  work: Work,
  net: string,
  threads: number,
  device: OnnxDevice,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'retable-profile-'));
  try {
    const engine = createOnnxEngine({ threads }, { device, profiles: folder });
    const step = stepOf(work, engine, net);
    await step.run();
    const seconds = await timed(async () => {
      for (let done = 0; done < STEPS; done++) await step.run();
    });
    // What the profile is written by.
    await step.dispose();
    await engine.dispose();
    const times = readdirSync(folder).flatMap((file) =>
      operatorTimes(readEvents(join(folder, file)), device),
    );
    print(`${work}, ${net}`, times, (1000 * seconds) / STEPS);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** An event of onnxruntime's profile; times in microseconds. */
interface ProfileEvent {
  readonly cat: string;
  readonly name: string;
  readonly ts: number;
  readonly dur: number;
  readonly args: { readonly op_name?: string; readonly provider?: string };
}

function readEvents(file: string): ProfileEvent[] {
  // Written by onnxruntime alone.
  return JSON.parse(readFileSync(file, 'utf8')) as ProfileEvent[];
}

type OperatorTime = readonly [operator: string, milliseconds: number];

/** Milliseconds of each operator in a step. The first step, with one run of a graph or several, is not counted. */
function operatorTimes(events: readonly ProfileEvent[], device: OnnxDevice): OperatorTime[] {
  const runs = events.filter(({ name }) => name === 'model_run').sort((a, b) => a.ts - b.ts);
  const first = runs[runs.length / (STEPS + 1)];
  if (!first) throw new Error(`${runs.length} runs of a graph are not ${STEPS + 1} steps`);
  return events.flatMap(({ cat, ts, dur, args: { op_name, provider } = {} }): OperatorTime[] => {
    if (cat !== 'Node' || !op_name || ts < first.ts) return [];
    const elsewhere = device !== 'cpu' && provider === 'CPUExecutionProvider';
    return [[elsewhere ? `${op_name}, on the processor` : op_name, dur / 1000 / STEPS]];
  });
}

function print(title: string, times: readonly OperatorTime[], whole: number): void {
  const sums = new Map<string, number>();
  for (const [operator, time] of times) sums.set(operator, (sums.get(operator) ?? 0) + time);
  const sorted = [...sums].sort(([, a], [, b]) => b - a);
  const rest = sorted.slice(SHOWN);
  const sum = (list: readonly OperatorTime[]) => list.reduce((total, [, time]) => total + time, 0);
  const lines: OperatorTime[] = [
    ...sorted.slice(0, SHOWN),
    [`${rest.length} other operators`, sum(rest)],
    ['outside operators', whole - sum(sorted)],
  ];
  const rows = lines.map(([name, time]) => [name, time.toFixed(2), `${((100 * time) / whole).toFixed(1)} %`]);
  const head = ['operator', 'ms a step', 'share'];
  console.log(`\n${title}: ${whole.toFixed(1)} ms a step, while profiled\n`);
  console.log(markdownTable([head, ...rows], { align: ['l', 'r', 'r'] }));
}
