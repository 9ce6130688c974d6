import { resolve } from 'node:path';
import { installCommand } from '../engine/tensorflow/installation.ts';
import { EXIT } from './outcome.ts';
import { collectFiles } from './tensorflow/collect.ts';
import { firstTest } from './tensorflow/first-test.ts';
import { installTensorflow } from './tensorflow/install.ts';
import { sourcesFor } from './tensorflow/sources.ts';

export interface InstallFlags {
  readonly gpu?: boolean;
  readonly library?: string;
  readonly download?: string;
  readonly replace?: boolean;
}

/** `retable engines install`: installs what an engine needs beyond the package. */
export async function installEngine({
  gpu = false,
  library,
  download,
  replace = false,
}: InstallFlags): Promise<number> {
  const say = (line: string) => console.log(line);
  if (download !== undefined) {
    const folder = resolve(download);
    // Of all systems, those without a network are most often Linux on x64.
    const arch = process.platform === 'linux' ? process.arch : 'x64';
    const sources = sourcesFor(gpu, 'linux', arch);
    await collectFiles(sources, folder, say);
    say(`All files are in ${folder}. Without a network: ${installCommand(sources.device)} --library DIR`);
    return EXIT.done;
  }
  const from = library === undefined ? undefined : resolve(library);
  const { gpuMissing } = await installTensorflow(sourcesFor(gpu), { library: from, replace, say, firstTest });
  if (gpuMissing === undefined) {
    say('It works. Use it with --engine tensorflow; other projects and clones find it, too.');
  } else {
    say(`It is installed, and its library loads. Nothing was computed: ${gpuMissing}`);
    say('On a machine with a GPU, test it with: retable engines');
  }
  return EXIT.done;
}
