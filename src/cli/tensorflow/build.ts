import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { extract } from 'tar';
import { findPython } from './fetch.ts';
import { findProgram, runProgram, StepFailed } from './program.ts';

/** What is needed of a wheel: libraries, and the headers of TensorFlow's C interface. */
const UNPACK = `
import sys, zipfile
wheel, folder = sys.argv[1:]
include = 'tensorflow/include/'
headers = ('tensorflow/c/', 'tensorflow/core/platform/ctstring', 'tsl/platform/ctstring', 'xla/tsl/c/')
with zipfile.ZipFile(wheel) as archive:
    for name in archive.namelist():
        library = '.so' in name and (name.startswith('nvidia/') or name.startswith('tensorflow/libtensorflow'))
        header = name.startswith(tuple(include + header for header in headers))
        if library or header:
            archive.extract(name, folder)
`;

/** Unpacks a wheel in its own layout, in which the libraries find each other. @throws StepFailed */
export async function unpackWheel(wheel: string, folder: string): Promise<void> {
  const hint = 'Check that there is space.';
  await runProgram(await findPython(), ['-c', UNPACK, wheel, folder], { hint });
}

/** Unpacks a package of npm. */
export async function unpackPackage(archive: string, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await extract({ file: archive, cwd: folder, strip: 1 });
}

export interface BindingSources {
  /** The unpacked tfjs-node. */
  readonly binding: string;
  /** The unpacked node-api-headers. */
  readonly headers: string;
  /** The folder with TensorFlow's library and its `include`. */
  readonly library: string;
}

/**
 * Compiles the binding of tfjs-node. Node-API is stable, so its headers are enough: neither those of this Node nor
 * node-gyp are needed.
 * @param to the file to write, in the folder of the library
 * @throws StepFailed
 */
export async function compileBinding(
  { binding, headers, library }: BindingSources,
  to: string,
): Promise<void> {
  const given = process.env.CXX ? [[process.env.CXX]] : [];
  const compiler = await findProgram([...given, ['g++'], ['c++'], ['clang++']]);
  const hint = 'Install a C++ compiler for C++17 (Debian: g++), or name one in the variable CXX.';
  if (!compiler) throw new StepFailed('There is no C++ compiler.', hint);
  const sources = ['tfjs_binding.cc', 'tfjs_backend.cc'].map((file) => join(binding, 'binding', file));
  await runProgram(
    compiler,
    [
      ...['-shared', '-fPIC', '-O2', '-std=c++17', '-DNAPI_VERSION=8'],
      ...[`-I${join(headers, 'include')}`, `-I${join(library, 'include')}`, ...sources, '-o', to],
      ...[`-L${library}`, '-l:libtensorflow_cc.so.2', '-l:libtensorflow_framework.so.2'],
      '-Wl,-rpath,$ORIGIN',
    ],
    { hint, cwd: dirname(to) },
  );
}
