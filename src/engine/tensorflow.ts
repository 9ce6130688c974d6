import { TENSORFLOW_PACKAGES, unavailable } from './identity.ts';

/**
 * Loads TensorFlow's native library, which registers the TensorFlow.js backend `tensorflow`.
 * @throws Failure `engine-unavailable` if neither package can be loaded
 */
export async function loadTensorflow(): Promise<void> {
  const causes: unknown[] = [];
  for (const name of TENSORFLOW_PACKAGES) {
    try {
      await import(name);
      return;
    } catch (error) {
      causes.push(error);
    }
  }
  throw unavailable('tensorflow', causes.map(firstLine).join('; '), causes[0]);
}

function firstLine(error: unknown): string {
  return String(error instanceof Error ? error.message : error).split('\n')[0] ?? '';
}
