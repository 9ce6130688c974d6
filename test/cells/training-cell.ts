import { mkdirSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Json } from '../../src/json.ts';
import type { CellContext, InputArtifact, Kind } from '../../src/kind/kind.ts';
import { KindChecker } from '../../src/pipeline/check/kind-checker.ts';
import train from '../../stages/train.ts';
import transfer from '../../stages/transfer.ts';
import { cpu } from '../learn/calculate.ts';

/** A kind of one parameter type is not one of all, because of its functions. */
const trainings = { train: train as unknown as Kind, transfer: transfer as unknown as Kind };

export type TrainingKind = keyof typeof trainings;

/** Small values for parameters that make a training long, or that would have no effect in a short one. */
const short: Readonly<Record<string, Json>> = {
  steps: 2,
  replays: 2,
  'match-after': 0.3,
  'discriminator-every': 2,
};

const loop = { net: 'resnet-8-w2', epochs: 3, 'batch-size': 16, schedule: 'one-cycle', crop: 1, flip: true };

function scratchName(stopAfter: Json | undefined): string {
  return `stopped-after-${stopAfter ?? 'all'}`;
}

/** The snapshot that a training in a folder left when it stopped. */
export function snapshotIn(folder: string, stopAfter: number): string {
  return join(folder, basename(folder), scratchName(stopAfter), 'snapshot.safetensors');
}

/** What a cell has made, and how. */
export interface Trained {
  /** What is published: the bytes of its files, in base64, its values, records and warnings. */
  readonly result: {
    readonly values: Readonly<Record<string, number>>;
    readonly records: readonly object[];
    readonly warnings: readonly string[];
    readonly files: Readonly<Record<string, string>>;
  };
  /** The folder of its artifact. */
  readonly output: string;
  /** How many epochs were already done when it began. */
  readonly continuedFrom: number;
}

/** The names of all methods of a kind. */
export function methodsOf(kind: TrainingKind): string[] {
  return Object.keys(trainings[kind].variants?.of ?? {});
}

/**
 * Runs a small training of three epochs, as a cell process does.
 * @param given some of its parameters, with its method
 * @param folder where it makes its folders; cells with the same folder are of one trajectory
 */
export async function trainingCell(
  kind: TrainingKind,
  given: Readonly<Record<string, Json>>,
  inputs: Readonly<Record<string, InputArtifact>>,
  folder: string,
): Promise<Trained> {
  const checker = new KindChecker(kind, trainings[kind]);
  const known = checker.ownParameters(String(given.method));
  const shortened = Object.entries(short).filter(([name]) => known.includes(name));
  const { parameters, issues } = checker.check(
    new Map(Object.entries({ ...loop, ...Object.fromEntries(shortened), ...given })),
  );
  if (issues.length > 0) throw new Error(JSON.stringify(issues));
  const [trajectory, output] = [join(folder, basename(folder)), mkdtempSync(join(folder, 'output'))];
  const scratch = join(trajectory, scratchName(parameters['stop-after']));
  mkdirSync(scratch, { recursive: true });
  const values: Record<string, number> = {};
  const [records, warnings, done]: [object[], string[], number[]] = [[], [], []];
  const context: CellContext<Record<string, unknown>> = {
    parameters,
    inputs,
    places: { project: folder, home: folder, dataDir: undefined },
    output,
    scratch,
    trajectory,
    // The sources are run here, which a thread of Node.js 20 cannot load.
    cores: 0,
    engine: async () => cpu,
    values: (some) => void Object.assign(values, some),
    measure() {},
    warn: (name, message) => void warnings.push(`${name}: ${message}`),
    record: (record) => void records.push(record),
    progress: (progress) => void done.push(progress.done ?? 0),
  };
  await trainings[kind].run?.(context);
  const files = readdirSync(output).sort();
  const bytes = files.map((name) => [name, readFileSync(join(output, name), 'base64')]);
  return {
    output,
    result: { values, records, warnings, files: Object.fromEntries(bytes) },
    continuedFrom: Math.ceil(Math.min(...done)) - 1,
  };
}
