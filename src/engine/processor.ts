import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';

// Read at every start of the planner: nothing heavy may be imported here.

/**
 * The kind of processor, as far as the bits of a sum can depend on it: `x64-avx512`, `x64-avx2`, `arm64-neon`,
 * `arm64-sme` and so on. Native libraries choose kernels by the widest vector instructions, and kernels of different
 * widths add in different orders.
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
  // If the system does not list its features, the processor model is used.
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

/** The models of the GPUs of this machine. Kernels on a GPU are chosen by its model. */
export function gpuModel(): string {
  const nvidia = output('nvidia-smi', ['--query-gpu=name', '--format=csv,noheader']).trim();
  if (nvidia !== '') return distinct(nvidia.split('\n').map((name) => name.trim()));
  const cards = pciCards();
  // On a Mac, the name of the processor also identifies its GPU.
  return cards.length > 0 ? distinct(cards) : (cpus()[0]?.model ?? 'unknown');
}

/** The version of NVIDIA's driver, such as `580.159.03`; undefined where there is none. */
export function nvidiaDriver(): string | undefined {
  const [asked = ''] = output('nvidia-smi', ['--query-gpu=driver_version', '--format=csv,noheader']).split(
    '\n',
  );
  return driverVersion(asked) ?? driverVersion(kernelModule());
}

/** The first version in a text. The kernel module says `NVRM version: NVIDIA UNIX x86_64 Kernel Module  580.159.03  …`. */
export function driverVersion(text: string): string | undefined {
  return /(?<![\w.])\d+\.\d+(?:\.\d+)?(?![\w.])/.exec(text)?.[0];
}

/** What NVIDIA's kernel module says about itself; empty if it is not loaded. */
function kernelModule(): string {
  try {
    return readFileSync('/proc/driver/nvidia/version', 'utf8');
  } catch {
    return '';
  }
}

/** Vendor and device ids of each graphics card, such as `0x1002:0x73bf`. */
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

/** The output of a program; empty if the program does not exist or fails. */
function output(program: string, args: readonly string[]): string {
  try {
    return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    return '';
  }
}
