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
  /** What the fingerprint was taken of. */
  readonly basis: Json;
  /** Its readable name. */
  readonly cell: string;
  readonly pipeline: string;
  readonly kind: string;
  /** The type of the artifact. */
  readonly type: string;
  /** What the cell wrote. Its files are taken over, and the folder is gone after. */
  readonly folder: string;
  readonly values: Readonly<Record<string, number>>;
  readonly attempt?: number | undefined;
}

/** A publication whose contents are all on the disk, under names that nobody looks at. */
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

/** So many files are brought to the disk at once. */
const disk = new PQueue({ concurrency: 16 });

/** First part: everything that takes time and that nobody sees. */
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
    // In the order in which they get their names.
    written.sort((a, b) => (a.what < b.what ? -1 : 1));
    return { artifact, manifest, record, contents, written };
  } catch (error) {
    for (const content of contents) discardContent(content);
    for (const { temporary } of written) rmSync(temporary, { force: true });
    throw error;
  }
}

/** Throws what the first of them failed with, now that all have ended. */
function throwFirst(settled: readonly PromiseSettledResult<unknown>[]): void {
  for (const one of settled) if (one.status === 'rejected') throw one.reason;
}

/** A publication whose files have their names; what is missing is the index. */
export interface Placed extends Prepared {
  /** Takes the names away again, and gives the folder back what it held. */
  undo(): void;
  /** The folders whose names this relies on. */
  readonly folders: readonly string[];
}

/** Second part: names, in the order of what refers to what. The record comes last: with it, the cell is there. */
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
  // Also of contents that were there: another publisher may have put them there a moment ago.
  const names = [
    ...contents.map(({ output }) => store.folders.content(output.sha256)),
    ...prepared.written.map(({ target }) => target),
  ];
  return { ...prepared, contents, undo, folders: names.map(dirname) };
}

/**
 * Third part: the index, within a transaction. Whoever collects garbage holds the same lock, so what lies there now
 * stays. Returns false where something was collected or set aside since: then begin anew.
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
