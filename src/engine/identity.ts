import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { Failure } from '../failure.ts';
import type { EngineIdentity } from './engine.ts';
import { gpuModel, vectorProcessor } from './processor.ts';
import { readInstallation } from './tensorflow/installation.ts';

// Read at every start of the planner: nothing heavy may be imported here.

/** In the order in which they are tried: the first that works is the default. */
export const ENGINE_NAMES = ['onnx', 'onnx-cuda', 'onnx-webgpu', 'tensorflow', 'cpu'] as const;
export type EngineName = (typeof ENGINE_NAMES)[number];

const require = createRequire(import.meta.url);

/** @throws Failure `unknown-engine` */
export function engineName(name: string): EngineName {
  const known = ENGINE_NAMES.find((engine) => engine === name);
  if (known !== undefined) return known;
  throw new Failure('unknown-engine', `There is no engine '${name}'.`, {
    hint: `Engines: ${ENGINE_NAMES.join(', ')}.`,
  });
}

/**
 * Finds the identity of an engine from package.json files alone, in about a millisecond. It loads no native code, so
 * an engine that is installed but broken has an identity too; `createEngine` then fails.
 * @param name the engine; default: `installedEngine`
 * @throws Failure `unknown-engine`, `engine-unavailable`
 */
export function engineIdentity(name: string = installedEngine()): EngineIdentity {
  const known = engineName(name);
  switch (known) {
    case 'onnx':
      return { name, device: 'cpu', processor: vectorProcessor(), packages: versions(...ONNX_PACKAGES) };
    case 'onnx-cuda':
      if (!hasFile(CUDA_LIBRARY)) throw unavailable(name, "onnxruntime's CUDA library is not installed");
      return { ...onGpu(name, 'cuda'), packages: versions(...ONNX_PACKAGES) };
    case 'onnx-webgpu':
      return { ...onGpu(name, 'webgpu'), packages: versions(...ONNX_PACKAGES) };
    case 'cpu':
      // V8 has its own math functions: they give the same on every processor of an architecture.
      return { name, device: 'cpu', processor: process.arch, packages: versions('@tensorflow/tfjs') };
    case 'tensorflow': {
      const found = readInstallation();
      if (found === undefined) throw unavailable(name, "TensorFlow's library is not installed");
      const packages = {
        tensorflow: found.tensorflow,
        '@tensorflow/tfjs-node': found.binding,
        ...versions('@tensorflow/tfjs'),
      };
      if (found.device === 'cuda') return { ...onGpu(name, 'cuda'), packages };
      return { name, device: 'cpu', processor: vectorProcessor(), packages };
    }
  }
}

/** Operators that the GPU lacks run on the CPU, so the CPU is part of the identity too. */
function onGpu(name: string, device: string) {
  return { name, device, processor: `${gpuModel()}, ${vectorProcessor()}` };
}

/**
 * The engine of those that nobody has named one: the fastest that comes with the package. Not `tensorflow`: installing
 * it must not change the engine of a project.
 */
export function installedEngine(): EngineName {
  return hasFile('onnxruntime_binding.node') ? 'onnx' : 'cpu';
}

/** An engine that cannot be used, and what to do about it. */
export function unavailable(
  name: string,
  why: string,
  { cause, hint = HINTS[name] ?? OTHERWISE }: { readonly cause?: unknown; readonly hint?: string } = {},
): Failure {
  return new Failure('engine-unavailable', `The engine '${name}' cannot be used: ${why}.`, { hint, cause });
}

const OTHERWISE = 'Run `npm ci`; `retable engines` lists the engines that work here.';

const HINTS: Readonly<Record<string, string>> = {
  tensorflow:
    process.platform === 'linux'
      ? 'Install it with: retable engines install tensorflow (for an NVIDIA GPU: --gpu)'
      : 'It needs Linux. Use the engine `onnx`.',
  get 'onnx-cuda'() {
    return `It needs CUDA 12 and cuDNN 9. Install its library with: ${installCuda()}`;
  },
  'onnx-webgpu': 'It needs a GPU with a driver for Vulkan, Metal or Direct3D 12.',
};

/**
 * The command that installs the library of `onnx-cuda`. npm does not run this script. The path is that of the
 * onnxruntime-node that is used; in a project with retable as a package it is inside retable.
 */
function installCuda(): string {
  const manifest = manifestPath('onnxruntime-node') ?? 'node_modules/onnxruntime-node/package.json';
  const script = path.join(path.dirname(manifest), 'script', 'install.js');
  return `ONNXRUNTIME_NODE_INSTALL=cuda12 node ${path.relative('', script)}`;
}

/** The device on which onnxruntime computes. Its provider of kernels has the same name. */
export type OnnxDevice = 'cpu' | 'cuda' | 'webgpu';

export function onnxDevice(name: 'onnx' | 'onnx-cuda' | 'onnx-webgpu'): OnnxDevice {
  return name === 'onnx' ? 'cpu' : name === 'onnx-cuda' ? 'cuda' : 'webgpu';
}

const ONNX_PACKAGES = ['onnxruntime-node', '@tensorflow/tfjs'] as const;
const CUDA_LIBRARY =
  process.platform === 'win32' ? 'onnxruntime_providers_cuda.dll' : 'libonnxruntime_providers_cuda.so';

/** Whether this native file of onnxruntime is installed. */
function hasFile(file: string): boolean {
  const manifest = manifestPath('onnxruntime-node');
  if (manifest === undefined) return false;
  const { platform, arch } = process;
  // onnxruntime-node has one folder for each N-API version; 1.2x and later have only v6.
  return existsSync(path.join(path.dirname(manifest), 'bin', 'napi-v6', platform, arch, file));
}

function manifestPath(name: string): string | undefined {
  try {
    return require.resolve(`${name}/package.json`);
  } catch {
    return undefined;
  }
}

function versions(...names: string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, version(name)]));
}

function version(name: string): string {
  const manifest = manifestPath(name);
  if (manifest === undefined) throw unavailable(name, `the package '${name}' is not installed`);
  // npm guarantees the shape of the manifest of an installed package.
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version;
}
