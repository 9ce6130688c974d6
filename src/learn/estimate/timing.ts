/** Processor seconds that an action takes, in all threads of this process, and its result. */
export async function timed<T>(action: () => Promise<T>): Promise<{ seconds: number; result: T }> {
  const began = process.cpuUsage();
  const result = await action();
  const { user, system } = process.cpuUsage(began);
  return { seconds: (user + system) / 1e6, result };
}

/** FLOPs of the forward passes of a measured batch: enough that what surrounds the layers does not count. */
const enough = 8e9;

/**
 * How many images to measure with, so that measuring takes seconds for large networks, too.
 * @param most images of a batch of the cell
 * @param flops of a forward pass of one image
 */
export function measuredRows(most: number, flops: number): number {
  return Math.max(Math.min(most, 2), Math.min(most, Math.round(enough / flops)));
}
