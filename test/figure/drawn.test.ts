import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { draw } from '../../src/figure/draw/draw.ts';
import { drawn, drawnForms } from '../../src/figure/forms.ts';
import { hostile, hostileWords } from './hostile.ts';
import { line, samples } from './samples.ts';

// In the project, so that packages are found.
mkdirSync('dist', { recursive: true });
const folder = mkdtempSync(join('dist', 'test-figures-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function digests(): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const [name, figure] of Object.entries(samples)) {
    for (const form of drawnForms) {
      const bytes = await drawn(figure, form);
      found[`${name}.${form}`] = createHash('sha256').update(bytes).digest('hex');
    }
  }
  return found;
}

describe('all forms', () => {
  it('have the same bytes again, and in another process, time zone, language and without fonts', async () => {
    const here = await digests();
    expect(await digests()).toEqual(here);

    const program = `
      import { createHash } from 'node:crypto';
      import { drawn, drawnForms } from './src/figure/forms.ts';
      import { samples } from './test/figure/samples.ts';
      const found = { comma: (1.5).toLocaleString() };
      for (const [name, figure] of Object.entries(samples)) for (const form of drawnForms)
        found[name + '.' + form] = createHash('sha256').update(await drawn(figure, form)).digest('hex');
      console.log(JSON.stringify(found));`;
    const outfile = join(folder, 'digests.mjs');
    await build({
      stdin: { contents: program, resolveDir: process.cwd(), loader: 'ts' },
      bundle: true,
      platform: 'node',
      format: 'esm',
      packages: 'external',
      outfile,
    });
    const fonts = join(folder, 'no-fonts.conf');
    writeFileSync(fonts, `<fontconfig><dir>${resolve(folder)}</dir></fontconfig>`);
    const env = {
      ...process.env,
      TZ: 'Asia/Tokyo',
      LC_ALL: 'de_DE.UTF-8',
      LANG: 'de_DE.UTF-8',
      FONTCONFIG_FILE: resolve(fonts),
    };
    const output = execFileSync(process.execPath, [outfile], { env, encoding: 'utf8', stdio: 'pipe' });
    const { comma, ...there } = JSON.parse(output);
    expect(comma).toBe('1,5');
    expect(there).toEqual(here);
  });

  it('can be made with the worst labels', async () => {
    for (const words of hostileWords) {
      for (const form of drawnForms) expect((await drawn(hostile(words), form)).length).toBeGreaterThan(1000);
    }
  });

  it('contain no date and no path of this machine', async () => {
    for (const figure of Object.values(samples)) {
      for (const form of drawnForms) {
        const text = Buffer.from(await drawn(figure, form)).toString('latin1');
        expect(text).not.toContain(process.cwd());
        expect(text).not.toMatch(/D:20\d\d/);
      }
    }
  });
});

describe('PNG', () => {
  it('has 300 pixels per inch, and says so', async () => {
    for (const figure of Object.values(samples)) {
      const { width, height } = draw(figure);
      const image = await sharp(await drawn(figure, 'png')).metadata();
      expect([image.width, image.height]).toEqual([
        Math.round(width * (300 / 72)),
        Math.round(height * (300 / 72)),
      ]);
      expect(image.density).toBe(300);
    }
  });

  it('is white where nothing is drawn', async () => {
    const corner = await sharp(await drawn(line, 'png'))
      .extract({ left: 0, top: 0, width: 5, height: 5 })
      .raw()
      .toBuffer();
    expect(new Set(corner)).toEqual(new Set([255]));
  });
});
