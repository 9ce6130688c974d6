import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { expect, test } from 'vitest';

const MB = 1024 * 1024;

test('a program counts its own memory, not that of the program that started it', async () => {
  const { outputFiles } = await build({
    stdin: {
      contents: `import { peakMemory } from './src/run/peak-memory.ts'; console.log(peakMemory());`,
      resolveDir: process.cwd(),
    },
    ...{ bundle: true, platform: 'node', format: 'esm', write: false },
  });
  const code = outputFiles[0]?.text ?? '';
  const child = async () => {
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', code]);
    return Number(stdout);
  };
  const before = await child();
  expect(before).toBeGreaterThan(10 * MB);
  const much = Buffer.alloc(800 * MB, 1);
  expect(await child()).toBeLessThan(before + 100 * MB);
  expect(much.length).toBe(800 * MB);
});
