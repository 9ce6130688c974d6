import { posix } from 'node:path';
import type { CellWarning } from '../../kind/kind.ts';
import { type Listed, type ListedFile, type ListedPart, listedParts } from './image-folder.ts';

/** What readers should know of how an image folder was read: which files were left out, and what may be no class. */
export function folderWarnings(listed: Listed): CellWarning[] {
  const parts = listedParts(listed);
  const unread = parts.flatMap((part) => part.unread);
  const outside = parts.flatMap((part) => part.outside);
  const warnings = [];
  if (unread.length > 0) {
    const message = `${counted(unread)} of types that are not read (${types(unread)}): left out.`;
    warnings.push({ name: 'unread-files', message });
  }
  if (outside.length > 0) {
    const message = `${counted(outside)} beside the folders of the classes: left out.`;
    warnings.push({ name: 'images-without-class', message });
  }
  const nested = parts.find(isNested);
  if (nested) {
    warnings.push({
      name: 'nested-classes',
      message: `No class has an image in its own folder: all are in folders below, such as ${nested.images[0]?.name}. If those are the classes, \`folder\` is a level too high.`,
    });
  }
  return warnings;
}

function counted(files: readonly ListedFile[]): string {
  return files.length === 1
    ? `1 file, ${files[0]?.name}, is`
    : `${files.length} files, the first ${files[0]?.name}, are`;
}

/** `.gif, .jfif`, in the order of the files. */
function types(files: readonly ListedFile[]): string {
  return [...new Set(files.map(({ name }) => posix.extname(name).toLowerCase() || 'none'))].join(', ');
}

/** Whether all images lie below the folders of the classes, for some class in more than one folder. */
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
