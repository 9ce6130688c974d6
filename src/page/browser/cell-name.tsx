import { Fragment } from 'preact';

/** The name of a cell, which may break after each of its parts. */
export function CellName({ id }: { readonly id: string }) {
  return id.split(/(?<=[,[])/).map((part, k) => (
    <Fragment key={k}>
      {k > 0 && <wbr />}
      {part}
    </Fragment>
  ));
}
