import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import type { FailureReason } from '../failure-reasons.ts';

/** How a process ended that did not end well, as execa tells it. */
export interface Ending {
  readonly exitCode?: number;
  readonly signal?: string;
  /** Of the error of the system that kept it from starting. */
  readonly code?: string;
  readonly originalMessage?: string;
}

export interface Explained {
  readonly reason: FailureReason;
  readonly message: string;
  readonly hint?: string;
}

/**
 * Explains to the user how a process ended.
 * @param file the program, as it was given
 * @param cwd the folder in which it was started
 */
export function explainEnding(file: string, cwd: string, ending: Ending): Explained {
  const { exitCode, signal, code, originalMessage } = ending;
  if (code !== undefined && exitCode === undefined && !signal)
    return whyNotStarted(file, cwd, code, originalMessage);
  if (signal)
    return {
      reason: signal === 'SIGKILL' ? 'killed' : 'signalled',
      message: `It was ${signal === 'SIGKILL' ? 'killed' : 'ended'} by ${signal}.`,
      ...hintOf(SIGNAL_HINTS[signal]),
    };
  if (exitCode === undefined)
    return { reason: 'not-started', message: originalMessage ?? `${file} could not be started.` };
  if (exitCode === 0)
    return {
      reason: 'ended-early',
      message: 'It exited with 0 before its work was done.',
      hint: 'Code of the kind called `process.exit`.',
    };
  const shellSignal = signalOf(exitCode - 128);
  return {
    reason: 'exit-non-zero',
    message: `It exited with ${exitCode}${shellSignal ? `, which shells use for a program that was ended by ${shellSignal}` : ''}.`,
    ...hintOf(shellSignal ? SIGNAL_HINTS[shellSignal] : EXIT_HINTS[exitCode]),
  };
}

const SIGNAL_HINTS: Readonly<Record<string, string>> = {
  SIGKILL:
    'Often the kernel does this when it is out of memory: see `dmesg`. Run with fewer --jobs, or give the stage `resources: {memory: …}`.',
  SIGABRT:
    'If the log mentions the heap, set NODE_OPTIONS=--max-old-space-size=MB, or make the work smaller.',
  SIGSEGV: 'It crashed in native code. The log may show where.',
};

const EXIT_HINTS: Readonly<Record<number, string>> = {
  126: 'Most often a file could not be executed: make it executable with `chmod +x`, or put its interpreter before it.',
  127: 'Most often a program was not found: one that is called, or the interpreter in the first line of a script. The log names it; a \\r after the name means that the script has Windows line endings.',
};

function whyNotStarted(file: string, cwd: string, code: string, message: string | undefined): Explained {
  const path = placeOf(file, cwd);
  if (path === undefined) {
    const isHere = !file.includes('/') && statSync(join(cwd, file), { throwIfNoEntry: false }) !== undefined;
    return {
      reason: 'program-not-found',
      message: `The program ${file} was not found.`,
      hint: isHere
        ? `To run the file of this name in the project, write ./${file}.`
        : 'Install it, or give its path.',
    };
  }
  if (statSync(path).isDirectory())
    return { reason: 'not-a-program', message: `${file} is a folder.`, hint: 'Name a program in it.' };
  if (code === 'EACCES')
    return {
      reason: 'not-executable',
      message: `${file} is not executable.`,
      hint: `Make it executable with \`chmod +x ${file}\`, or put its interpreter before it, such as python3.`,
    };
  if (code === 'ENOENT') return interpreterMissing(file, firstLine(path));
  if (code === 'E2BIG')
    return {
      reason: 'not-started',
      message: 'Its arguments are too long for the system.',
      hint: 'Pass them in a file.',
    };
  return { reason: 'not-started', message: message ?? `${file} could not be started.` };
}

/** The file exists, but the system says that something is missing: the interpreter of the file. */
function interpreterMissing(file: string, line: string): Explained {
  const reason = 'interpreter-not-found';
  const interpreter = /^#!\s*(\S+)/.exec(line)?.[1];
  if (line.startsWith('#!') && line.endsWith('\r'))
    return {
      reason,
      message: `The first line of ${file} ends with a carriage return, so its interpreter is not found.`,
      hint: `It has Windows line endings. Remove them: sed -i 's/\\r$//' ${file}`,
    };
  if (interpreter)
    return {
      reason,
      message: `The interpreter of ${file}, ${interpreter}, was not found.`,
      hint: 'Install it, or change the first line of the file.',
    };
  return {
    reason,
    message: `The system cannot run ${file}, although the file exists.`,
    hint: 'Most often it was built for another system or C library.',
  };
}

/** The path at which the system finds a program; undefined if there is none. */
function placeOf(file: string, cwd: string): string | undefined {
  const candidates = file.includes('/')
    ? [resolve(cwd, file)]
    : (process.env.PATH ?? '').split(delimiter).map((folder) => resolve(cwd, folder, file));
  return candidates.find((path) => statSync(path, { throwIfNoEntry: false }) !== undefined);
}

function firstLine(path: string): string {
  const bytes = Buffer.alloc(256);
  const descriptor = openSync(path, 'r');
  try {
    const length = readSync(descriptor, bytes);
    return bytes.toString('latin1', 0, length).split('\n')[0] ?? '';
  } finally {
    closeSync(descriptor);
  }
}

function signalOf(number: number): string | undefined {
  return Object.entries(constants.signals).find(([, one]) => one === number)?.[0];
}

function hintOf(hint: string | undefined): { hint?: string } {
  return hint === undefined ? {} : { hint };
}
