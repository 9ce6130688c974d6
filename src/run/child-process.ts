import { closeSync, openSync } from 'node:fs';
import { hostname } from 'node:os';
import { execa, type Message } from 'execa';
import type { CompileCost } from '../engine/engine.ts';
import { explainEnding } from './ending.ts';
import type { ExecuteOptions, Exit, Job } from './job.ts';
import { ProcessGroup } from './process-group.ts';

/** What a process said of itself before it ended, where it can say something. */
export interface Report {
  /** For processes of ours: whether it said that it was done. */
  readonly finished?: boolean;
  readonly peakMemory?: number;
  readonly compiled?: CompileCost;
  readonly measurements?: Readonly<Record<string, number>>;
  readonly failure?: { readonly reason: string; readonly message: string; readonly hint?: string };
}

export interface ChildOptions {
  readonly argv: readonly [string, ...string[]];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** The first message, for processes of ours. */
  readonly message?: object;
  readonly onMessage?: (message: unknown) => void;
  /** Asked after it has ended. */
  readonly report: () => Report;
}

/**
 * Runs a process in a group of its own, its output going straight to the log. An interrupt or a timeout ends the whole
 * group, first gently.
 */
export async function runChild(job: Job, child: ChildOptions, { signal }: ExecuteOptions): Promise<Exit> {
  const began = performance.now();
  const subprocess = start(job, child);
  const group = new ProcessGroup(subprocess.pid);
  const timeout = startTimeout(job.timeout, () => group.end());
  const onAbort = () => group.end();
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  const result = await subprocess;
  timeout.stop();
  signal.removeEventListener('abort', onAbort);
  await group.gone();
  const report = child.report();
  const { finished, failure } = report;
  const seconds = (performance.now() - began) / 1000;
  const measured = {
    seconds,
    host: hostname(),
    ...pick(report, 'peakMemory'),
    ...pick(report, 'compiled'),
    ...pick(report, 'measurements'),
  };
  const stopped = signal.aborted || timeout.passed();
  // A program that was stopped may well exit with 0: what it wrote until then is no result.
  if (result.exitCode === 0 && !failure && (finished ?? !stopped)) return { state: 'done', measured };
  const ended = { ...pick(result, 'exitCode'), ...pick(result, 'signal'), measured };
  if (signal.aborted)
    return { state: 'interrupted', reason: 'interrupted', message: 'interrupted', ...ended };
  if (timeout.passed()) {
    const message = `It was stopped after its timeout of ${job.timeout} s.`;
    return { state: 'timeout', reason: 'timeout', message, ...ended };
  }
  return { state: 'failed', ...(failure ?? explainEnding(child.argv[0], child.cwd, result)), ...ended };
}

function start(job: Job, { argv: [file, ...args], cwd, env, message, onMessage }: ChildOptions) {
  const log = openSync(job.log, 'a');
  try {
    const subprocess = execa(file, args, {
      cwd,
      env: { ...env, ...visibleGpus(job) },
      // The file itself, not a pipe through this process: what a cell prints outlives the scheduler. Any descriptor
      // will do; execa's types name those from 3 to 9.
      stdio: ['ignore', log as 3, log as 3],
      ipc: message !== undefined,
      serialization: 'json',
      buffer: false,
      detached: true,
      cleanup: false,
      reject: false,
    });
    if (onMessage) subprocess.on('message', onMessage);
    // A process that ends before it reads its job is told of by its exit.
    if (message) subprocess.sendMessage?.(message as Message<'json'>).catch(() => {});
    return subprocess;
  } finally {
    closeSync(log);
  }
}

function startTimeout(seconds: number | undefined, end: () => void) {
  let passed = false;
  const timer = setTimeout(
    () => {
      passed = true;
      end();
    },
    (seconds ?? 0) * 1000,
  );
  if (seconds === undefined) clearTimeout(timer);
  return { stop: () => clearTimeout(timer), passed: () => passed };
}

function pick<T extends object, K extends keyof T>(from: T, key: K): { [P in K]?: NonNullable<T[P]> } {
  const value = from[key];
  return value === undefined || value === null ? {} : ({ [key]: value } as { [P in K]: NonNullable<T[P]> });
}

/** A cell that asks for devices sees those and no others. */
function visibleGpus({ allocation: { gpus } }: Job): Record<string, string> {
  return gpus.length > 0 ? { CUDA_VISIBLE_DEVICES: gpus.join(',') } : {};
}
