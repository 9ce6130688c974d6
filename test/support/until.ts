import { vi } from 'vitest';

/** Waits until something holds. The limit only ends a wait in vain: it is far longer than any wait on a busy machine. */
export async function until(holds: () => boolean): Promise<void> {
  await vi.waitUntil(holds, { timeout: 120_000, interval: 20 });
}
