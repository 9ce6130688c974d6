import { type ChildProcess, spawn } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { onTestFinished } from 'vitest';
import { until } from './until.ts';

const retableFile = resolve('dist/retable.js');

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A project of its own in a temporary folder, and the command line as a user calls it there. */
export class Project {
  readonly folder: string;

  /** @param atEnd gets the function that removes the folder; by default it is called when the test has finished */
  constructor(files: Readonly<Record<string, string>>, atEnd: (remove: () => void) => void = onTestFinished) {
    this.folder = mkdtempSync(join(tmpdir(), 'retable-test-'));
    for (const [path, text] of Object.entries(files)) this.write(path, text);
    atEnd(() => rmSync(this.folder, { recursive: true, force: true }));
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(this.path(path)), { recursive: true });
    writeFileSync(this.path(path), text);
  }

  /** A link to a file or folder of this repository. */
  link(path: string, target: string): void {
    mkdirSync(dirname(this.path(path)), { recursive: true });
    symlinkSync(resolve(target), this.path(path));
  }

  read(path: string): string {
    return readFileSync(this.path(path), 'utf8');
  }

  /** Lines of a file that cells append to; none where there is no such file. */
  lines(path: string): string[] {
    return existsSync(this.path(path)) ? this.read(path).trimEnd().split('\n') : [];
  }

  append(path: string, text: string): void {
    appendFileSync(this.path(path), text);
  }

  /** Waits until a file is there, such as one by which a cell tells that it runs. */
  appears(path: string): Promise<void> {
    return until(() => existsSync(this.path(path)));
  }

  /** Starts the command line and leaves it running. */
  start(
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): { child: ChildProcess; finished: Promise<Finished> } {
    return this.#spawn(process.execPath, [retableFile, ...args], env);
  }

  /** Starts a line of a shell in which `$RETABLE` is the command line. */
  shell(
    line: string,
    shell = 'sh',
    env: Readonly<Record<string, string>> = {},
  ): { child: ChildProcess; finished: Promise<Finished> } {
    return this.#spawn(shell, ['-c', line], { ...env, RETABLE: `${process.execPath} ${retableFile}` });
  }

  #spawn(file: string, args: readonly string[], env: Readonly<Record<string, string>>) {
    const child = spawn(file, args, {
      cwd: this.folder,
      env: { ...process.env, NO_COLOR: '1', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (data) => (stdout += data));
    child.stderr.on('data', (data) => (stderr += data));
    const finished = new Promise<Finished>((resolve) =>
      child.on('close', (code) => resolve({ code, stdout, stderr })),
    );
    return { child, finished };
  }

  retable(...args: string[]): Promise<Finished> {
    return this.start(args).finished;
  }

  /** The last event of a run. */
  async run(
    ...args: string[]
  ): Promise<{ executed: number; cached: number; failed: number; skipped: number; code: number | null }> {
    const events = await this.events(...args);
    const last = events.list.at(-1);
    if (last?.event !== 'run-finished') throw new Error(`no run-finished: ${events.stderr}`);
    const { executed, cached, failed, skipped } = last as unknown as Record<string, number>;
    return {
      executed: executed ?? -1,
      cached: cached ?? -1,
      failed: failed ?? -1,
      skipped: skipped ?? -1,
      code: events.code,
    };
  }

  async events(...args: string[]): Promise<{ list: RunEventLike[]; code: number | null; stderr: string }> {
    const { code, stdout, stderr } = await this.retable('run', ...args, '--json');
    const list = stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as RunEventLike);
    return { list, code, stderr };
  }

  /** Names of the cells that a run executed, sorted. */
  async executed(...args: string[]): Promise<string[]> {
    const { list } = await this.events(...args);
    return list.flatMap((event) => (event.event === 'cell-finished' ? [event.cell ?? ''] : [])).sort();
  }

  /** Every cached cell with the digest of its artifact, sorted. */
  async artifacts(): Promise<string[]> {
    const { cells } = await this.json<{ cells: { cell: string; artifact: string }[] }>('cache', 'ls');
    return cells.map(({ cell, artifact }) => `${cell} ${artifact}`).sort();
  }

  async json<T>(...args: string[]): Promise<T> {
    const { stdout, stderr, code } = await this.retable(...args, '--json');
    if (stdout === '') throw new Error(`exit ${code}: ${stderr}`);
    return JSON.parse(stdout) as T;
  }
}

export interface RunEventLike {
  readonly event: string;
  readonly cell?: string;
  readonly message?: string;
  readonly artifact?: string;
  readonly reason?: string;
}
