import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { Failure } from '../failure.ts';

/**
 * Converts an error in loading the native module of SQLite (better-sqlite3) to a Failure `native-module`. Other values are
 * returned unchanged. The module is loaded when the first database is opened.
 */
export function explainBindingError(error: unknown): unknown {
  const what = whatIsWrong(error);
  if (what === undefined) return error;
  const { version, execPath } = process;
  return new Failure('native-module', `The native module of better-sqlite3 ${what}.`, {
    hint: `Run \`npm rebuild better-sqlite3\` in ${packagesFolder()} with the Node that runs now (${version}, ${execPath}), or use the Node that the packages were installed with.`,
    cause: error,
  });
}

function whatIsWrong(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  // Thrown by the package `bindings`, without a code.
  if (error.message.startsWith('Could not locate the bindings file')) return 'is missing';
  if (!('code' in error) || error.code !== 'ERR_DLOPEN_FAILED') return undefined;
  if (error.message.includes('NODE_MODULE_VERSION')) return 'was compiled for another version of Node';
  return `can't be loaded (${error.message.split('\n')[0]})`;
}

/** The folder whose `node_modules` has better-sqlite3. */
function packagesFolder(): string {
  const manifest = createRequire(import.meta.url).resolve('better-sqlite3/package.json');
  return dirname(dirname(dirname(manifest)));
}
