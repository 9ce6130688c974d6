import { markdownTable } from 'markdown-table';
import prettyBytes from 'pretty-bytes';
import { EXIT } from './outcome.ts';
import { type PipelineFlags, Workspace } from './workspace.ts';

/** `retable cache ls`: lists the cells in the cache, and says how large the snapshots are. */
export default async function cacheLs(flags: PipelineFlags): Promise<number> {
  const cache = new Workspace(flags).openCache();
  const cells = cache.ls();
  const snapshots = cache.snapshotBytes();
  cache.close();
  if (flags.json) {
    console.log(JSON.stringify({ cells, snapshots }));
    return EXIT.done;
  }
  const rows = cells.map(({ cell, kind, size, published, artifact }) => [
    cell,
    kind,
    prettyBytes(size),
    new Date(published).toISOString().slice(0, 16).replace('T', ' '),
    artifact.slice(0, 12),
  ]);
  console.log(
    markdownTable([['cell', 'kind', 'size', 'published (UTC)', 'artifact'], ...rows], {
      align: ['l', 'l', 'r', 'l', 'l'],
    }),
  );
  const more = snapshots > 0 ? `, and snapshots of ${prettyBytes(snapshots)}` : '';
  console.log(`\n${cells.length} results in ${cache.root}${more}`);
  return EXIT.done;
}
