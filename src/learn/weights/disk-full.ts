import { Failure } from '../../failure.ts';

/**
 * Writes a file.
 * @throws Failure `disk-full` if the disk, or the quota of the user, is used up
 */
export async function writing<T>(path: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT')) {
      throw new Failure('disk-full', `The disk is full: ${path} could not be written.`, {
        hint: 'Free some space and run again.',
        cause: error,
      });
    }
    throw error;
  }
}
