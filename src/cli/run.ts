import { join } from 'node:path';
import { type RunClosed, seriesFolder } from '../cache/run-files.ts';
import { selectCells } from '../plan/select.ts';
import { EventLog } from '../run/event-log.ts';
import type { RunEvent } from '../run/events.ts';
import type { Executor } from '../run/executor.ts';
import { LocalExecutor } from '../run/local-executor.ts';
import { recoverAttempts } from '../run/recover.ts';
import { thisMachine } from '../run/resources.ts';
import { run } from '../run/run.ts';
import { asWritten } from '../settings/settings.ts';
import type { Display } from './display/display.ts';
import { jsonDisplay } from './display/json.ts';
import { plainDisplay } from './display/plain.ts';
import { finishRun } from './finish-run.ts';
import { interruptible } from './interrupt.ts';
import { rememberRun } from './last-run.ts';
import { EXIT, printFailure } from './outcome.ts';
import { printPlan } from './plan.ts';
import { seriesOf } from './run-series.ts';
import { ServedCells } from './served.ts';
import { type OpenPipeline, openPipeline, type PipelineFlags } from './workspace.ts';

/** `retable run`: runs the cells of a pipeline that are not cached, and prints its tables. */
export async function runCommand(name: string | undefined, given: PipelineFlags): Promise<number> {
  const opened = await openPipeline(name, given, given.dryRun ? 'read' : 'write');
  const { pipeline, cache, flags, workspace } = opened;
  const { settings } = workspace;
  const jobs = settings.jobs.value;
  if (flags.dryRun) {
    await printPlan(opened);
    cache.close();
    return EXIT.done;
  }
  const cells = selectCells(pipeline.cells, flags.only);
  await rememberRun(workspace, lastRunOf(opened));
  const machine = thisMachine(cells);
  const display = await displayFor(flags);
  const series = seriesOf(opened);
  const log = new EventLog(
    seriesFolder(join(cache.root, 'runs'), workspace.project, series),
    series,
    (message) => display.show({ event: 'notice', message }),
  );
  const emit = (event: RunEvent) => {
    display.show(event);
    log.add(event);
  };
  emit({
    event: 'run-started',
    pipeline: pipeline.name,
    profile: pipeline.profile,
    cells: cells.length,
    jobs: Math.min(jobs, machine.cpu),
    engine: opened.engine?.identity.name ?? 'none',
  });
  if (jobs > machine.cpu) {
    const message = `${asWritten('jobs', settings.jobs)} starts no more than ${machine.cpu} at a time: a cell takes a core of its own, and this machine has ${machine.cpu}. With \`resources: {cpu: N}\` a stage's cells take N cores each, for N threads.`;
    emit({ event: 'notice', message });
  }
  const interrupt = interruptible();
  const served = new ServedCells();
  let closing: RunClosed['state'] = 'interrupted';
  try {
    const executor = flags.inspect === undefined ? new LocalExecutor() : await inspected(flags.inspect);
    const recovered = await recoverAttempts(cache, executor);
    if (recovered.length > 0) {
      const message = `${recovered.length} attempt(s) of an earlier run were cut off; they resume from their last snapshot`;
      emit({ event: 'notice', message });
    }
    const summary = await run({
      ...opened,
      settings: series.settings,
      places: workspace.places,
      cells,
      machine,
      executor,
      jobs: flags.inspect === undefined ? jobs : 1,
      failFast: flags.failFast ?? false,
      signal: interrupt.signal,
      emit: (event) => {
        served.note(event);
        emit(event);
      },
    });
    if (flags.inspect !== undefined && summary.executed + summary.failed === 0) {
      const message = 'no cell ran: all are cached, and --force CELL runs one again';
      display.show({ event: 'notice', message });
    }
    display.end();
    if (interrupt.signal.aborted) return EXIT.interrupted;
    closing = 'finished';
    const failures = await finishRun(opened, served, summary.executed + summary.failed > 0);
    const code = Math.max(EXIT.done, ...failures.map(printFailure));
    return summary.failed > 0 ? EXIT.failed : code;
  } finally {
    display.end();
    interrupt.stop();
    cache.close();
    log.close(closing);
  }
}

/** Loaded only with `--inspect`: other runs need neither the debugger nor the code of cell processes. */
async function inspected(port: string | true): Promise<Executor> {
  const { attachDebugger } = await import('./inspect.ts');
  const { InspectExecutor } = await import('../run/inspect-executor.ts');
  attachDebugger(port);
  return new InspectExecutor();
}

/** How the events of a run are shown: as JSON, as lines, or live in a terminal. */
export async function displayFor({ json, verbose = false, inspect }: PipelineFlags): Promise<Display> {
  if (json) return jsonDisplay();
  if (!process.stdout.isTTY || inspect !== undefined) return plainDisplay({ verbose });
  const { liveDisplay } = await import('./display/live.ts');
  return liveDisplay({ verbose });
}

function lastRunOf({ file, pipeline, flags, workspace }: OpenPipeline) {
  const { data } = workspace.settings;
  return {
    file,
    set: [...(flags.set ?? [])],
    ...(pipeline.profile === undefined ? {} : { profile: pipeline.profile }),
    ...(flags.engine === undefined ? {} : { engine: flags.engine }),
    ...(data.by === 'flag' && data.value !== undefined ? { dataDir: data.value } : {}),
  };
}
