import type { PageCell, PageCode, PageData, PageEngine } from '../page-data.ts';
import { Pairs } from './pairs.tsx';
import { plural } from './words.ts';

/** What the result of a cell depends on besides its parameters and inputs, as digests and versions. */
export function Origin({ cell, data }: { readonly cell: PageCell; readonly data: PageData }) {
  const { fingerprint, artifact, sources } = cell;
  const code = cell.code === undefined ? undefined : data.codes[cell.code];
  const engine = cell.engine === undefined ? undefined : data.engines[cell.engine];
  if (fingerprint === undefined) return null;
  return (
    <>
      <h3>Origin</h3>
      <Pairs values={{ fingerprint, ...(artifact !== undefined && { artifact }) }} />
      {sources && (
        <>
          <p class="quiet">Files and variables from outside:</p>
          <Pairs values={sources} />
        </>
      )}
      {code && <Code code={code} />}
      {engine && <Engine engine={engine} />}
    </>
  );
}

function Code({ code: { version, digest, files, packages } }: { readonly code: PageCode }) {
  const names = Object.keys(packages);
  return (
    <>
      <Pairs values={version === undefined ? { code: digest ?? '' } : { 'code, version': version }} />
      <details>
        <summary>
          {plural(Object.keys(files).length, 'file')} of code
          {names.length > 0 && `, ${plural(names.length, 'package')}`}
        </summary>
        <Pairs values={files} />
        <Pairs values={packages} />
      </details>
    </>
  );
}

function Engine({ engine }: { readonly engine: PageEngine }) {
  const { name, device, processor, threads, code, packages } = engine;
  return (
    <>
      <Pairs values={{ engine: name, device, processor, ...(threads !== undefined && { threads }) }} />
      <details>
        <summary>Code and packages of the engine</summary>
        <Pairs values={{ code, ...packages }} />
      </details>
    </>
  );
}
