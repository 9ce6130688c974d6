import { posix } from 'node:path';
import type { CellWarning } from '../../kind/kind.ts';
import { type Listed, type ListedFile, type ListedPart, listedParts } from './image-folder.ts';

/** Warnings about files that are left out, and about folders that may not be classes. */
export function folderWarnings(listed: Listed): CellWarning[] {
  const parts = listedParts(listed);
  const unread = parts.flatMap((part) => part.unread);
  const outside = parts.flatMap((part) => part.outside);
  const warnings = [];
  if (unread.length > 0) {
    const message = `${leftOut(unread)} Their types are not read: ${types(unread)}.`;
    warnings.push({ name: 'unread-files', message });
  }
  if (outside.length > 0) {
    const message = `${leftOut(outside)} They are images in no folder of a class.`;
    warnings.push({ name: 'images-without-class', message });
  }
  const nested = parts.find(isNested);
  if (nested) {
    warnings.push({
      name: 'nested-classes',
      message: `No class has an image directly in its folder: all images are in folders below, such as ${nested.images[0]?.name}. If those folders are the classes, \`folder\` is one level too high.`,
    });
  }
  return warnings;
}

function leftOut(files: readonly ListedFile[]): string {
  const names = files.slice(0, 3).map(({ name }) => name);
  return `Files left out: ${files.length} (${names.join(', ')}${files.length > names.length ? ', …' : ''}).`;
}

/** `.gif, .jfif`, in the order of the files. */
function types(files: readonly ListedFile[]): string {
  return [...new Set(files.map(({ name }) => posix.extname(name).toLowerCase() || 'none'))].join(', ');
}

/** Whether all images are in folders below the class folders, and some class has several such folders. */
function isNested({ part, images }: ListedPart): boolean {
  const depth = part === '' ? 1 : 2;
  const folders = new Map<number, Set<string>>();
  for (const { name, label } of images) {
    const folder = posix.dirname(name);
    if (folder.split('/').length === depth) return false;
    folders.set(label, (folders.get(label) ?? new Set()).add(folder));
  }
  return [...folders.values()].some(({ size }) => size > 1);
}
