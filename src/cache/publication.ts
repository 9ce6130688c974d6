import { existsSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import PQueue from 'p-queue';
import { Failure } from '../failure.ts';
import type { Json } from '../json.ts';
import {
  type Content,
  discardContent,
  giveBack,
  moveIntoPlace,
  prepareContent,
  stampInPlace,
} from './content-files.ts';
import { type Digest, type Fingerprint, sha256 } from './digest.ts';
import { writeBeside } from './durable.ts';
import { insertArtifact, insertCell } from './index-rows.ts';
import { type OutputFile, outputFiles } from './output-files.ts';
import { type ArtifactManifest, type CellRecord, manifestText, recordText } from './record.ts';
import { look, type Stamp, stampOf } from './stamp.ts';
import type { Store } from './store.ts';

/** A cell that has run. */
export interface Publication {
  readonly fingerprint: Fingerprint;
  /** What the fingerprint was computed from. */
  readonly basis: Json;
  /** Its readable name. */
  readonly cell: string;
  readonly pipeline: string;
  readonly kind: string;
  /** The type of the artifact. */
  readonly type: string;
  /** The output folder of the cell. Its files are moved into the cache, and the folder is deleted. */
  readonly folder: string;
  readonly values: Readonly<Record<string, number>>;
  readonly attempt?: number | undefined;
}

/** A publication whose contents are all on the disk, with temporary names. */
export interface Prepared {
  readonly artifact: Digest;
  readonly manifest: ArtifactManifest;
  readonly record: CellRecord;
  readonly contents: readonly Content[];
  readonly written: readonly Written[];
}

interface Written {
  readonly what: 'manifest' | 'record';
  readonly temporary: string;
  readonly target: string;
}

/** How many files are written to the disk at the same time. */
const disk = new PQueue({ concurrency: 16 });

/** First part: everything that takes time. Nothing is visible yet. */
export async function prepare(store: Store, publication: Publication): Promise<Prepared> {
  requireFinite(publication);
  const outputs = await outputFiles(publication.folder);
  store.step('hashed');
  const manifest = { type: publication.type, files: outputs.map(asArtifactFile) };
  const text = manifestText(manifest);
  const artifact = sha256(text);
  const record = asRecord(publication, artifact, store.project);
  const settled = await Promise.allSettled(
    firstOfEach(outputs).map((output) => disk.add(() => prepareContent(store, output))),
  );
  const contents = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const written: Written[] = [];
  try {
    throwFirst(settled);
    store.step('contents-synced');
    const beside = async (what: Written['what'], target: string, text: string) => {
      written.push({ what, target, temporary: await writeBeside(target, text) });
    };
    throwFirst(
      await Promise.allSettled([
        beside('manifest', store.folders.manifest(artifact), text),
        beside('record', store.folders.record(publication.fingerprint), recordText(record)),
      ]),
    );
    store.step('records-written');
    // In the order in which they are renamed.
    written.sort((a, b) => (a.what < b.what ? -1 : 1));
    return { artifact, manifest, record, contents, written };
  } catch (error) {
    for (const content of contents) discardContent(content);
    for (const { temporary } of written) rmSync(temporary, { force: true });
    throw error;
  }
}

/** Throws the first error, after all have ended. */
function throwFirst(settled: readonly PromiseSettledResult<unknown>[]): void {
  for (const one of settled) if (one.status === 'rejected') throw one.reason;
}

/** A publication whose files are in place, but not yet in the index. */
export interface Placed extends Prepared {
  /** Undoes this: removes the names, and puts the files back into the output folder. */
  undo(): void;
  /** The folders whose entries must be synced. */
  readonly folders: readonly string[];
}

/** Second part: renames the files: contents, manifest, record. The record is last: with it, the cell is published. */
export function place(store: Store, prepared: Prepared): Placed {
  const contents: Content[] = [];
  const isNew = !existsSync(store.folders.record(prepared.record.fingerprint));
  const undo = () => {
    if (isNew) rmSync(store.folders.record(prepared.record.fingerprint), { force: true });
    for (const { temporary } of prepared.written) rmSync(temporary, { force: true });
    for (const content of prepared.contents) discardContent(content);
    for (const content of contents) giveBack(store, content);
  };
  try {
    for (const content of prepared.contents) {
      contents.push(moveIntoPlace(store, content));
      store.step('content-stored');
    }
    for (const { what, temporary, target } of prepared.written) {
      renameSync(temporary, target);
      store.step(`${what}-stored`);
    }
  } catch (error) {
    undo();
    throw error;
  }
  // Also for contents that were there before, because another publisher may have just put them there.
  const names = [
    ...contents.map(({ output }) => store.folders.content(output.sha256)),
    ...prepared.written.map(({ target }) => target),
  ];
  return { ...prepared, contents, undo, folders: names.map(dirname) };
}

/**
 * Third part: the index, within a transaction. `collect` uses the same lock, so files that are there now remain. Returns
 * false if a file was deleted or set aside in the meantime: then publish again.
 */
export function enter(store: Store, { artifact, manifest, record, contents }: Placed): boolean {
  const stamps = new Map<Digest, Stamp>();
  for (const content of contents) {
    const stamp = stampInPlace(store, content);
    if (stamp === undefined) return false;
    stamps.set(content.output.sha256, stamp);
  }
  const stat = look(store.folders.manifest(artifact));
  if (stat === undefined) return false;
  insertArtifact(store, artifact, manifest, {
    manifest: stampOf(stat),
    content: (file) => stamps.get(file) ?? null,
  });
  insertCell(store, record, Date.now());
  return true;
}

function asRecord(publication: Publication, artifact: Digest, project: string): CellRecord {
  const { fingerprint, basis, cell, pipeline, kind, values, attempt } = publication;
  return {
    fingerprint,
    manifest: basis,
    artifact,
    cell,
    kind,
    values,
    project,
    pipeline,
    ...(attempt === undefined ? {} : { attempt }),
  };
}

function asArtifactFile({ path, size, sha256 }: OutputFile) {
  return { path, size, sha256 };
}

function firstOfEach(outputs: readonly OutputFile[]): OutputFile[] {
  return [...new Map(outputs.map((output) => [output.sha256, output])).values()];
}

function requireFinite({ cell, values }: Publication): void {
  for (const [name, value] of Object.entries(values)) {
    if (!Number.isFinite(value)) {
      throw new Failure(
        'value-not-finite',
        `${cell}: the value ${name} is ${value}. Only finite numbers can be stored.`,
      );
    }
  }
}
