import { mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { extract } from 'tar';
import { bindingFile } from '../../engine/tensorflow/installation.ts';
import { runProgram } from './program.ts';
import type { Sources } from './sources.ts';
import { MAKE_ROOM, type Stepper } from './steps.ts';
import { COMPILER_HINT, type Command, type Tools } from './tools.ts';

/**
 * What is needed of a wheel: libraries, and the headers of TensorFlow's C interface. They go to the current folder: if it
 * is deleted, because retable was killed and is started again, this ends too.
 */
const UNPACK = `
import sys, zipfile
wheel = sys.argv[1]
include = 'tensorflow/include/'
headers = ('tensorflow/c/', 'tensorflow/core/platform/ctstring', 'tsl/platform/ctstring', 'xla/tsl/c/')
with zipfile.ZipFile(wheel) as archive:
    for name in archive.namelist():
        library = '.so' in name and (name.startswith('nvidia/') or name.startswith('tensorflow/libtensorflow'))
        header = name.startswith(tuple(include + header for header in headers))
        if library or header:
            archive.extract(name)
`;

interface BuildOptions {
  /** The folder with the published files. */
  readonly from: string;
  readonly to: string;
  readonly tools: Tools;
  readonly step: Stepper;
}

/** Unpacks the files and compiles the binding. */
export async function build(
  { wheels, packages }: Sources,
  { from, to, tools, step }: BuildOptions,
): Promise<void> {
  const [binding, headers] = [join(to, 'binding'), join(to, 'headers')];
  await mkdir(to);
  await step('unpacking', async () => {
    for (const { file } of wheels) await unpackWheel(tools.python, join(from, file), to);
    await unpackPackage(join(from, packages.binding.file), binding);
    await unpackPackage(join(from, packages.headers.file), headers);
  });
  const library = join(to, 'tensorflow');
  await step('compiling the binding (C++)', () =>
    compileBinding(tools.compiler, { binding, headers, library }, bindingFile(to)),
  );
  for (const used of [binding, headers, join(library, 'include')]) await rm(used, { recursive: true });
}

/** Unpacks a wheel in its own layout, in which the libraries find each other. @throws StepFailed */
async function unpackWheel(python: Command, wheel: string, folder: string): Promise<void> {
  await runProgram(python, ['-c', UNPACK, wheel], { hint: MAKE_ROOM, cwd: folder });
}

/** Unpacks a package of npm. Without `strict`, a file that cannot be written would only be a warning. */
async function unpackPackage(archive: string, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await extract({ file: archive, cwd: folder, strip: 1, strict: true });
}

interface BindingSources {
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
async function compileBinding(
  compiler: Command,
  { binding, headers, library }: BindingSources,
  to: string,
): Promise<void> {
  const sources = ['tfjs_binding.cc', 'tfjs_backend.cc'].map((file) => join(binding, 'binding', file));
  await runProgram(
    compiler,
    [
      ...['-shared', '-fPIC', '-O2', '-std=c++17', '-DNAPI_VERSION=8'],
      ...[`-I${join(headers, 'include')}`, `-I${join(library, 'include')}`, ...sources, '-o', to],
      ...[`-L${library}`, '-l:libtensorflow_cc.so.2', '-l:libtensorflow_framework.so.2'],
      '-Wl,-rpath,$ORIGIN',
    ],
    { hint: COMPILER_HINT, cwd: dirname(to) },
  );
}
