/**
 * Whether a path is relative and stays inside the project: not absolute on any system, and no `..` that leads out.
 * Symbolic links must be checked by the code that opens the file.
 */
export function staysInside(path: string): boolean {
  if (path === '' || path.includes('\0') || /^[/\\]|^[A-Za-z]:/.test(path)) return false;
  let depth = 0;
  for (const step of path.split(/[/\\]/)) {
    if (step === '..') depth -= 1;
    else if (step !== '' && step !== '.') depth += 1;
    if (depth < 0) return false;
  }
  return true;
}
