import type { PageFigure } from '../page-data.ts';

/** Figures that are printed in one column have this width, in points. */
const COLUMN = 234;

/** The figures. Their SVG is made by retable, which escapes what users write. */
export function Figures({ figures }: { readonly figures: readonly PageFigure[] }) {
  return figures.map(({ name, title, svg, width, notes }) => (
    <figure key={name} class="card" id={`figure-${name}`}>
      <h3>{title ?? name}</h3>
      <div
        class={width > COLUMN ? 'drawing full' : 'drawing'}
        data-figure={name}
        dangerouslySetInnerHTML={{ __html: svg }}
      />
      <figcaption>
        <ul class="notes">
          {notes.map((note, k) => (
            <li key={k}>{note}</li>
          ))}
        </ul>
      </figcaption>
    </figure>
  ));
}
