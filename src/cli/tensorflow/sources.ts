import { Failure } from '../../failure.ts';
import { GPU_INSTALLED, GPU_PLATFORMS, GPU_WHEELS } from './gpu-wheels.ts';
import type { Source } from './source.ts';

/** What is installed for a device. */
export interface Sources {
  /** Python wheels from PyPI. The first has TensorFlow's library and the headers of its C interface. */
  readonly wheels: readonly Source[];
  /** The tags that pip selects these wheels by, whatever the Python that runs it. */
  readonly platforms: readonly string[];
  /** Packages from npm: the sources of the binding, and the headers of Node-API. */
  readonly packages: { readonly binding: Source; readonly headers: Source };
  /** Bytes on disk afterwards. */
  readonly installed: number;
}

export const TENSORFLOW_VERSION = '2.21.0';
/** The binary interface of the wheels. The library does not depend on it: any would do. */
export const PYTHON_VERSION = '3.11';

const packages = {
  binding: {
    package: '@tensorflow/tfjs-node',
    version: '4.22.0',
    file: 'tensorflow-tfjs-node-4.22.0.tgz',
    sha256: 'd38a448a705efc6e655a080f896b3af646ae39dffbfe9c90b06cb9fc3a2b9358',
    bytes: 228_166,
  },
  headers: {
    package: 'node-api-headers',
    version: '1.9.0',
    file: 'node-api-headers-1.9.0.tgz',
    sha256: '6cbfac49542194ae2c8f1dee5fa2dc00d66bec9cbf3b59e3a4e5f16d14eb0d19',
    bytes: 16_974,
  },
} as const;

const PROCESSOR: Sources = {
  wheels: [
    {
      package: 'tensorflow-cpu',
      version: TENSORFLOW_VERSION,
      file: 'tensorflow_cpu-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl',
      sha256: '2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c',
      bytes: 273_829_956,
    },
  ],
  platforms: ['manylinux_2_27_x86_64'],
  packages,
  installed: 853_500_000,
};

const GPU: Sources = {
  wheels: GPU_WHEELS,
  platforms: GPU_PLATFORMS,
  packages,
  installed: GPU_INSTALLED,
};

/**
 * What to install on this machine.
 * @throws Failure `engine-unavailable`
 */
export function sourcesFor(
  gpu: boolean,
  platform: string = process.platform,
  arch: string = process.arch,
): Sources {
  const sources = platform === 'linux' && arch === 'x64' ? (gpu ? GPU : PROCESSOR) : undefined;
  if (sources !== undefined) return sources;
  throw new Failure(
    'engine-unavailable',
    `TensorFlow cannot be installed here: its library is published for Linux on x64, not for ${platform} on ${arch}.`,
    { hint: 'Use the engine `onnx`, which needs no installation.' },
  );
}
