import { type Graph, liveNodes, type Value } from '../graph.ts';

/** How often each value is read, by nodes and as an output of the graph. */
export function countReaders({ outputs }: Graph): Map<Value, number> {
  const readers = new Map<Value, number>();
  const read = (value: Value) => readers.set(value, (readers.get(value) ?? 0) + 1);
  for (const { inputs } of liveNodes(Object.values(outputs))) inputs.forEach(read);
  Object.values(outputs).forEach(read);
  return readers;
}
