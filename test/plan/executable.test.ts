import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { executable } from '../../src/plan/executable.ts';

test.each(['', 'node_modules/retable'])(
  'a module imports packages with native code from where they are installed, in a folder "%s"',
  async (place) => {
    const project = mkdtempSync(join(tmpdir(), 'retable-executable-'));
    onTestFinished(() => rmSync(project, { recursive: true }));
    const write = (path: string, text: string) => {
      mkdirSync(dirname(join(project, path)), { recursive: true });
      writeFileSync(join(project, path), text);
    };
    // No module, as native code is none to a bundler.
    write('node_modules/native/binding.node', '\u007fELF');
    write('node_modules/native/package.json', '{"type": "module"}');
    write(
      'node_modules/native/index.js',
      "export const two = 2;\nexport const load = () => import('./binding.node');\n",
    );
    const root = join(project, place);
    write(join(place, 'node_modules', 'other', 'package.json'), '{}');
    write(
      join(place, 'src', 'main.ts'),
      "import { two } from './two.ts';\nexport const four: number = two * 2;\n",
    );
    write(join(place, 'src', 'two.ts'), "export { load, two } from 'native';\n");
    const module = await executable(join(root, 'src/main.ts'), root, join(project, 'bundles'));
    expect(await import(pathToFileURL(module).href)).toMatchObject({ four: 4 });
  },
);
