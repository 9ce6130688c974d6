import { findProgram } from './program.ts';
import { StepFailed } from './steps.ts';

/** A program with its first arguments. */
export type Command = readonly string[];

export interface Tools {
  /** For pip, and for unpacking wheels. */
  readonly python: Command;
  readonly compiler: Command;
}

/**
 * Finds Python with pip, and npm, for downloads.
 * @throws StepFailed that names the one that is missing
 */
export async function findDownloadTools(): Promise<{ readonly python: Command }> {
  const python = await findPython();
  if (!(await findProgram([[...python, '-m', 'pip']]))) {
    throw new StepFailed('Python has no pip.', `Install pip (Debian: python3-pip), ${OR_LIBRARY}.`);
  }
  if (!(await findProgram([['npm']]))) {
    throw new StepFailed('There is no npm.', `Install npm (it comes with Node.js), ${OR_LIBRARY}.`);
  }
  return { python };
}

/**
 * Finds what unpacks and compiles.
 * @throws StepFailed that names the one that is missing
 */
export async function findBuildTools(): Promise<Tools> {
  return { python: await findPython(), compiler: await findCompiler() };
}

export const OR_LIBRARY = 'or bring the files in a folder with --library DIR';

async function findPython(): Promise<Command> {
  const python = await findProgram([['python3'], ['python']]);
  if (python) return python;
  throw new StepFailed('Python is not installed.', 'Install Python 3 (Debian: python3 and python3-pip).');
}

async function findCompiler(): Promise<Command> {
  const given = process.env.CXX?.trim();
  const compiler = await findProgram(given ? [given.split(/\s+/)] : [['g++'], ['c++'], ['clang++']]);
  if (compiler) return compiler;
  const message = given
    ? `The variable CXX names ${given}, which does not run.`
    : 'There is no C++ compiler.';
  throw new StepFailed(message, COMPILER_HINT);
}

export const COMPILER_HINT =
  'Install a C++ compiler for C++17 (Debian: g++), or name one in the variable CXX.';
