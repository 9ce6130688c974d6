import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { create, Header } from 'tar';
import { beforeAll, describe, expect, it } from 'vitest';
import { extract } from '../../../src/learn/data/extract.ts';
import { temporaryFolder } from './folder.ts';

const folder = temporaryFolder();
const archive = join(folder, 'archive.tar.gz');
const out = join(folder, 'out');

beforeAll(async () => {
  await mkdir(join(folder, 'set'));
  await writeFile(join(folder, 'set', 'a.bin'), Buffer.alloc(70_000, 'abc'));
  await writeFile(join(folder, 'set', 'b.bin'), 'b');
  await create({ gzip: true, file: archive, cwd: folder }, ['set']);
});

type Entry = { path: string; type: 'File' | 'SymbolicLink' | 'Link' | 'CharacterDevice'; linkpath?: string };

/** An archive with these entries, of 3 bytes each, that a program with bad intentions may have made. */
async function crafted(...entries: Entry[]): Promise<string> {
  const blocks = entries.flatMap((entry) => {
    const size = entry.type === 'File' ? 3 : 0;
    const header = Buffer.alloc(512);
    new Header({ mode: 0o644, size, mtime: new Date(0), ...entry }).encode(header, 0);
    return size ? [header, Buffer.alloc(512, 'bad')] : [header];
  });
  const path = join(folder, 'crafted.tar.gz');
  await writeFile(path, gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)])));
  return path;
}

describe('an archive', () => {
  it('is unpacked into a folder that is made anew', async () => {
    await mkdir(out, { recursive: true });
    await writeFile(join(out, 'old'), '');
    await extract(archive, out);
    expect(await readdir(out)).toEqual(['set']);
    expect(await readFile(join(out, 'set', 'a.bin'))).toEqual(Buffer.alloc(70_000, 'abc'));
  });

  const good: Entry = { path: 'good', type: 'File' };
  it.each<[string, Entry, string]>([
    ['climbs out', { path: '../evil', type: 'File' }, '"../evil" leads out of its folder'],
    ['climbs out in the middle', { path: 'a/../../evil', type: 'File' }, 'leads out of its folder'],
    ['is absolute', { path: '/tmp/evil', type: 'File' }, '"/tmp/evil" has an absolute path'],
    [
      'is a symbolic link',
      { path: 'link', type: 'SymbolicLink', linkpath: '/etc' },
      '"link" is a SymbolicLink',
    ],
    ['is a hard link', { path: 'link', type: 'Link', linkpath: 'good' }, '"link" is a Link'],
    ['is a device', { path: 'device', type: 'CharacterDevice' }, '"device" is a CharacterDevice'],
  ])('of which an entry %s is refused, and nothing of it is unpacked', async (_, entry, message) => {
    const target = join(folder, 'refused');
    await expect(extract(await crafted(good, entry), target)).rejects.toMatchObject({
      reason: 'bad-archive',
      message: expect.stringContaining(message),
    });
    expect(existsSync(target)).toBe(false);
    expect(existsSync(join(folder, 'evil'))).toBe(false);
  });

  it('made from a folder with a link is refused', async () => {
    await mkdir(join(folder, 'linked'), { recursive: true });
    await symlink('/etc', join(folder, 'linked', 'etc'));
    const path = join(folder, 'linked.tar.gz');
    await create({ gzip: true, file: path, cwd: folder }, ['linked']);
    await expect(extract(path, out)).rejects.toMatchObject({ reason: 'bad-archive' });
  });

  it('that is cut off, damaged or none is a failure', async () => {
    const bytes = await readFile(archive);
    const broken = join(folder, 'broken.tar.gz');
    const flipped = Uint8Array.from(bytes, (byte, k) => (k === bytes.length >> 1 ? byte ^ 255 : byte));
    for (const content of [bytes.subarray(0, bytes.length - 40), flipped, Buffer.from('<html>No</html>')]) {
      await writeFile(broken, content);
      await expect(extract(broken, out)).rejects.toMatchObject({
        reason: 'bad-archive',
        message: expect.stringContaining(broken),
      });
    }
    await expect(extract(join(folder, 'none'), out)).rejects.toMatchObject({ reason: 'no-such-file' });
  });
});
