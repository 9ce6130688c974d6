import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A file system of its own, or undefined where this user may not mount one. */
export function mountSmallDisk(size: string): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'retable-disk-'));
  return mount(folder, ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs']) ? folder : undefined;
}

/** Makes a folder read-only, for root too, by mounting it on itself; false where this user may not. */
export function makeReadOnly(folder: string): boolean {
  return mount(folder, ['--bind', folder]) && mount(folder, ['-o', 'remount,ro,bind']);
}

function mount(folder: string, args: readonly string[]): boolean {
  try {
    execFileSync('mount', [...args, folder], { stdio: 'ignore' });
  } catch {
    return false;
  }
  // A second mount on the same folder needs no second end.
  onTestFinished(() => {
    execFileSync('sh', ['-c', 'umount --lazy "$0" || true', folder], { stdio: 'ignore' });
  });
  return true;
}

/** Fills a disk to its last byte. */
export function fill(file: string): void {
  execFileSync('sh', ['-c', 'cat /dev/zero > "$0" || true', file], { stdio: 'ignore' });
}
