import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';

// Read at every start of the planner: nothing heavy may be imported here.

/**
 * The kind of processor, as far as the bits of a sum can depend on it: native libraries choose their kernels by the
 * widest vector instructions that there are, and kernels of another width add in another order. `x64-avx512`,
 * `x64-avx2`, `arm64-neon`, `arm64-sme` and so on.
 */
export function vectorProcessor(): string {
  return `${process.arch}-${vectorInstructions(process.arch, processorFeatures())}`;
}

/**
 * The widest instructions for float32, as onnxruntime and oneDNN choose their kernels.
 * @param features names as Linux and macOS have them, such as `avx512f`, `fma`, `FEAT_SME`
 */
export function vectorInstructions(arch: string, features: readonly string[]): string {
  const has = new Set(features.map((feature) => feature.toLowerCase().replace(/^feat_/, '')));
  if (arch === 'x64') {
    if (has.has('avx512f')) return 'avx512';
    if (has.has('avx2') && has.has('fma')) return 'avx2';
    if (has.has('avx') || has.has('avx1.0')) return 'avx';
    if (has.size > 0) return 'sse2';
  }
  if (arch === 'arm64') {
    if (has.has('sme') || has.has('sme2')) return 'sme';
    if (has.has('sve')) return 'sve';
    if (has.size > 0) return 'neon';
  }
  // Where the system does not name its features, the model of the processor stands for them.
  return (process.env.PROCESSOR_IDENTIFIER ?? cpus()[0]?.model ?? 'unknown').trim();
}

function processorFeatures(): string[] {
  if (process.platform === 'linux') return linuxFeatures();
  if (process.platform === 'darwin') return macFeatures();
  return [];
}

function linuxFeatures(): string[] {
  try {
    const line = /^(?:flags|Features)\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1] ?? '';
    return line.split(/\s+/).filter(Boolean);
  } catch {
    return [];
  }
}

function macFeatures(): string[] {
  if (process.arch === 'arm64') {
    const all = output('sysctl', ['hw.optional.arm']);
    return [...all.matchAll(/^hw\.optional\.arm\.(\w+): 1$/gm)].map(([, name = '']) => name);
  }
  return output('sysctl', ['-n', 'machdep.cpu.features', 'machdep.cpu.leaf7_features'])
    .split(/\s+/)
    .filter(Boolean);
}

/** The models of the GPUs of this machine: kernels on a GPU are chosen by its model. */
export function gpuModel(): string {
  const nvidia = output('nvidia-smi', ['--query-gpu=name', '--format=csv,noheader']).trim();
  if (nvidia !== '') return distinct(nvidia.split('\n').map((name) => name.trim()));
  const cards = pciCards();
  // On a Mac the processor's name is that of its GPU too.
  return cards.length > 0 ? distinct(cards) : (cpus()[0]?.model ?? 'unknown');
}

/** Vendor and device of each graphics card, as `0x1002:0x73bf`. */
function pciCards(): string[] {
  const root = '/sys/class/drm';
  try {
    return readdirSync(root)
      .filter((name) => /^card\d+$/.test(name))
      .map((name) =>
        ['vendor', 'device']
          .map((part) => readFileSync(`${root}/${name}/device/${part}`, 'utf8').trim())
          .join(':'),
      );
  } catch {
    return [];
  }
}

function distinct(names: readonly string[]): string {
  return [...new Set(names)].sort().join(', ');
}

/** What a program prints; empty where there is no such program or it fails. */
function output(program: string, args: readonly string[]): string {
  try {
    return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    return '';
  }
}
