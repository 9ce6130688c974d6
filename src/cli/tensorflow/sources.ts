import type { Installation } from '../../engine/tensorflow/installation.ts';
import { Failure } from '../../failure.ts';
import { GPU_INSTALLED, GPU_PLATFORMS, GPU_WHEELS } from './gpu-wheels.ts';
import type { Source } from './source.ts';

/** What is installed for a device. */
export interface Sources {
  readonly device: Installation['device'];
  /** The version of TensorFlow. */
  readonly version: string;
  /** Python wheels from PyPI. The first has TensorFlow's library and the headers of its C interface. */
  readonly wheels: readonly Source[];
  /** The tags that pip selects these wheels by, whatever the Python that runs it. */
  readonly platforms: readonly string[];
  /** Packages from npm: the sources of the binding, and the headers of Node-API. */
  readonly packages: { readonly binding: Source; readonly headers: Source };
  /** Bytes on disk afterwards. */
  readonly installed: number;
}

const TENSORFLOW_VERSION = '2.21.0';
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
  device: 'cpu',
  version: TENSORFLOW_VERSION,
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

/** There is no `tensorflow-cpu` for it: the package `tensorflow` has no CUDA there. */
const ARM_PROCESSOR: Sources = {
  ...PROCESSOR,
  wheels: [
    {
      package: 'tensorflow',
      version: TENSORFLOW_VERSION,
      file: 'tensorflow-2.21.0-cp311-cp311-manylinux_2_27_aarch64.whl',
      sha256: '4b24aca16d527a3cf1c37f720c04c484c3d20f4d0fdfa98632ac8b9f3be6eb5c',
      bytes: 281_828_020,
    },
  ],
  platforms: ['manylinux_2_27_aarch64'],
  installed: 883_200_000,
};

const GPU: Sources = {
  device: 'cuda',
  version: TENSORFLOW_VERSION,
  wheels: GPU_WHEELS,
  platforms: GPU_PLATFORMS,
  packages,
  installed: GPU_INSTALLED,
};

/** For each system and processor, as Node names them. */
const SOURCES: Readonly<Record<string, readonly Sources[]>> = {
  'linux x64': [PROCESSOR, GPU],
  'linux arm64': [ARM_PROCESSOR],
};

/**
 * What to install on a machine; default: this one.
 * @throws Failure `engine-unavailable`
 */
export function sourcesFor(
  gpu: boolean,
  platform: string = process.platform,
  arch: string = process.arch,
): Sources {
  const published = SOURCES[`${platform} ${arch}`] ?? [];
  const sources = published.find(({ device }) => device === (gpu ? 'cuda' : 'cpu'));
  if (sources !== undefined) return sources;
  const where = gpu ? 'with CUDA only for Linux on x64' : 'only for Linux on x64 and arm64';
  throw new Failure(
    'engine-unavailable',
    `TensorFlow cannot be installed here: its library is published ${where}, not for ${platform} on ${arch}.`,
    { hint: 'Use the engine `onnx`, which needs no installation, or `onnx-webgpu` for a GPU.' },
  );
}
