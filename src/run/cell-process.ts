import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { canonicalJson } from '../cache/digest.ts';
import type { Engine, EngineSettings } from '../engine/engine.ts';
import { Failure, isFailure } from '../failure.ts';
import type { CellContext, CellWarning, InputArtifact, Kind, Progress } from '../kind/kind.ts';
import type { CellJob, CellMessage } from './cell-messages.ts';
import type { JobInput } from './job.ts';
import { peakMemory } from './peak-memory.ts';
import { finiteValue } from './values.ts';

// The process of one cell: it takes a job, runs the kind, writes files and sends messages. It never touches the index.

process.once('message', (job: CellJob) => void main(job));
// Without a scheduler nobody would publish what comes out: it stops at once, and its checkpoint stays for the next attempt.
process.once('disconnect', () => process.exit(1));
// A log that can't be written, on a full disk say, ends no cell: what it writes itself will tell.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

async function main(job: CellJob): Promise<void> {
  const engine = lazyEngine(job);
  try {
    const { default: kind } = (await import(pathToFileURL(job.module).href)) as { default: Kind };
    const measurements: Record<string, number> = {};
    const measure = (more: Readonly<Record<string, number>>) =>
      void Object.assign(measurements, checkedMeasurements(kind, more));
    await kind.run?.(contextOf(job, engine.get, measure));
    const compiled = await engine.compileCost();
    await engine.dispose();
    await send({ type: 'done', peakMemory: peakMemory(), ...(compiled && { compiled }), measurements });
    process.exit(0);
  } catch (error) {
    await send(failureMessage(error));
    process.exit(1);
  }
}

function contextOf(
  job: CellJob,
  engine: () => Promise<Engine>,
  measure: CellContext<unknown>['measure'],
): CellContext<Record<string, unknown>> {
  const values: Record<string, number> = {};
  const warnings: CellWarning[] = [];
  return {
    parameters: job.parameters,
    inputs: Object.fromEntries(
      Object.entries(job.inputs).map(([name, input]) => [name, inputArtifact(name, input)]),
    ),
    places: job.places,
    output: job.output,
    scratch: job.scratch,
    engine,
    values: (more) => {
      Object.assign(values, checkedValues(more));
      writeFileSync(join(job.output, 'values.json'), `${canonicalJson(values)}\n`);
    },
    measure,
    warn: (name, message) => {
      warnings.push({ name, message });
      writeFileSync(join(job.output, 'warnings.json'), `${JSON.stringify(warnings, null, 2)}\n`);
      console.error(`warning: ${name}: ${message}`); // for the log
    },
    progress: throttled((progress) => void send({ type: 'progress', progress })),
  };
}

function inputArtifact(need: string, { digest, files }: JobInput): InputArtifact {
  const names = Object.keys(files);
  return {
    digest,
    files: names,
    file: (name) => {
      const path = files[name];
      if (path === undefined) {
        throw new Failure('no-such-file', `The input ${need} has no file ${name}.`, {
          hint: `The cell can read: ${names.join(', ')}. (A kind that names files in \`reads\` sees no others.)`,
        });
      }
      return path;
    },
  };
}

function checkedValues(values: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  for (const [name, value] of Object.entries(values)) finiteValue(name, value);
  return values;
}

function checkedMeasurements({ measures = [] }: Kind, measurements: Readonly<Record<string, number>>) {
  for (const name of Object.keys(measurements)) {
    if (!measures.includes(name))
      throw new Failure('undeclared-measurement', `The kind measures ${name} but does not declare it.`, {
        hint: 'Name it in `measures`.',
      });
  }
  return checkedValues(measurements);
}

function lazyEngine({ engine, threads }: CellJob) {
  let starting: Promise<Engine> | undefined;
  const start = async () => {
    if (!engine)
      throw new Failure('no-engine', 'This kind asks for an engine but does not declare `usesEngine: true`.');
    const { createEngine } = (await import(pathToFileURL(engine.module).href)) as {
      createEngine(name: string, settings: EngineSettings): Promise<Engine>;
    };
    return createEngine(engine.name, { threads });
  };
  return {
    get: () => (starting ??= start()),
    /** Undefined where no engine was started. */
    compileCost: async () => (await starting)?.compileCost?.(),
    dispose: async () => (await starting)?.dispose(),
  };
}

/** At most ten messages a second, but always the last one of a phase. */
function throttled(send: (progress: Progress) => void): (progress: Progress) => void {
  let last = 0;
  return (progress) => {
    const now = performance.now();
    if (now - last < 100 && progress.done !== progress.total) return;
    last = now;
    send(finite(progress));
  };
}

/** JSON has no NaN: a loss that is none is left out. */
function finite(progress: Progress): Progress {
  const entries = Object.entries(progress).filter(
    ([, value]) => typeof value !== 'number' || Number.isFinite(value),
  );
  return { ...Object.fromEntries(entries), phase: progress.phase };
}

function failureMessage(error: unknown): CellMessage {
  if (isFailure(error)) {
    console.error(`${error.reason}: ${error.message}`);
    return {
      type: 'failure',
      reason: error.reason,
      message: error.message,
      ...(error.hint ? { hint: error.hint } : {}),
    };
  }
  console.error(error);
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return { type: 'failure', reason: 'crashed', message, hint: 'The log has the stack.' };
}

function send(message: CellMessage): Promise<void> {
  return new Promise((resolve) => {
    if (!process.send) return resolve();
    process.send(message, undefined, undefined, () => resolve());
  });
}
