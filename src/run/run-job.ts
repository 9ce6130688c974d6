import { closeSync, openSync, writeSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import type { Engine, EngineSettings } from '../engine/engine.ts';
import { Failure, isFailure } from '../failure.ts';
import type { CellContext, InputArtifact, Kind, Progress } from '../kind/kind.ts';
import type { CellEvent } from './cell-events.ts';
import type { Job, JobInput } from './job.ts';
import { peakMemory } from './peak-memory.ts';
import { finiteValue } from './values.ts';

type Report = (event: CellEvent) => void;

/**
 * Runs the kind of a job. It writes events to the job's file of events, and results to the output folder. It never uses
 * the index.
 * @returns whether its work is done; if not, the file of events contains the failure
 */
export async function runJob(job: Job): Promise<boolean> {
  const file = openSync(job.events, 'a');
  const report: Report = (event) => void writeSync(file, `${JSON.stringify(event)}\n`);
  const engine = lazyEngine(job);
  try {
    const { default: kind } = (await import(pathToFileURL(job.module).href)) as { default: Kind };
    await kind.run?.(contextOf(job, kind, engine.get, report));
    const compiled = await engine.compileCost();
    await engine.dispose();
    const { user, system } = process.cpuUsage();
    report({
      event: 'done',
      peakMemory: peakMemory(),
      processorSeconds: (user + system) / 1e6,
      ...(compiled && { compiled }),
    });
    return true;
  } catch (error) {
    report(failureEvent(error));
    return false;
  } finally {
    closeSync(file);
  }
}

function contextOf(
  job: Job,
  kind: Kind,
  engine: () => Promise<Engine>,
  report: Report,
): CellContext<Record<string, unknown>> {
  const { parameters, places, output, scratch, trajectory, allocation } = job;
  return {
    parameters,
    inputs: Object.fromEntries(
      Object.entries(job.inputs).map(([name, input]) => [name, inputArtifact(name, input)]),
    ),
    places,
    output,
    scratch,
    trajectory,
    cores: allocation.cpu,
    engine,
    values: (values) => report({ event: 'values', values: finite(values) }),
    measure: (measurements) => {
      requireDeclared(kind, measurements);
      report({ event: 'measurements', measurements: finite(measurements) });
    },
    record: (record, measurements) =>
      report({
        event: 'record',
        record: { ...record },
        ...(measurements && { measurements: finite(measurements) }),
      }),
    warn: (name, message) => {
      report({ event: 'warning', name, message });
      console.error(`warning: ${name}: ${message}`); // for the log
    },
    progress: throttled((progress) => report({ event: 'progress', ...progress })),
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
        throw new Failure('file-not-in-artifact', `The input ${need} has no file ${name}.`, {
          hint: `The cell can read: ${names.join(', ')}. (A kind that names files in \`reads\` sees no others.)`,
        });
      }
      return path;
    },
  };
}

function finite(values: Readonly<Record<string, number>>): Record<string, number> {
  for (const [name, value] of Object.entries(values)) finiteValue(name, value);
  return { ...values };
}

function requireDeclared({ measures = [] }: Kind, measurements: Readonly<Record<string, number>>): void {
  for (const name of Object.keys(measurements)) {
    if (!measures.includes(name))
      throw new Failure('undeclared-measurement', `The kind measures ${name} but does not declare it.`, {
        hint: 'Add it to `measures` of the kind.',
      });
  }
}

function lazyEngine({ engine }: Job) {
  let starting: Promise<Engine> | undefined;
  const start = async () => {
    if (!engine)
      throw new Failure(
        'undeclared-engine',
        'This kind asks for an engine but does not declare that it uses one.',
        { hint: 'Add `usesEngine: true` to the kind.' },
      );
    const { createEngine } = (await import(pathToFileURL(engine.module).href)) as {
      createEngine(name: string, settings: EngineSettings): Promise<Engine>;
    };
    return createEngine(engine.name, { threads: engine.threads });
  };
  return {
    get: () => (starting ??= start()),
    /** Undefined if no engine was started. */
    compileCost: async () => (await starting)?.compileCost?.(),
    dispose: async () => (await starting)?.dispose(),
  };
}

/** At most four events per second, because all are stored in a file, but always the last one of a phase. */
function throttled(report: (progress: Progress) => void): (progress: Progress) => void {
  let last = Number.NEGATIVE_INFINITY;
  return (progress) => {
    const now = performance.now();
    if (now - last < 250 && progress.done !== progress.total) return;
    last = now;
    report(withoutNaN(progress));
  };
}

/** Leaves out numbers that are not finite, because JSON cannot represent them. */
function withoutNaN(progress: Progress): Progress {
  const entries = Object.entries(progress).filter(
    ([, value]) => typeof value !== 'number' || Number.isFinite(value),
  );
  return { ...Object.fromEntries(entries), phase: progress.phase };
}

function failureEvent(error: unknown): CellEvent {
  if (isFailure(error)) {
    const { reason, message, hint } = error;
    console.error(`${reason}: ${message}`);
    return { event: 'failure', reason, message, ...(hint ? { hint } : {}) };
  }
  console.error(error);
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return { event: 'failure', reason: 'crashed', message, hint: 'The log has the stack.' };
}
