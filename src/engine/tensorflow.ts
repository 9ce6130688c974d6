import { isInstalled, NO_TENSORFLOW, TENSORFLOW_PACKAGES, unavailable } from './identity.ts';

/**
 * Loads TensorFlow's native library, which registers the TensorFlow.js backend `tensorflow`.
 * @throws Failure `engine-unavailable` if neither package is installed, or none of those that are can be loaded
 */
export async function loadTensorflow(): Promise<void> {
  const causes: unknown[] = [];
  for (const name of TENSORFLOW_PACKAGES.filter(isInstalled)) {
    try {
      await import(name);
      return;
    } catch (error) {
      causes.push(error);
    }
  }
  const why = causes.length === 0 ? NO_TENSORFLOW : causes.map(firstLine).join('; ');
  throw unavailable('tensorflow', why, causes[0]);
}

function firstLine(error: unknown): string {
  return String(error instanceof Error ? error.message : error).split('\n')[0] ?? '';
}
