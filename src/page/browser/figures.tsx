import type { PageFigure } from '../page-data.ts';

/** The figures. Their SVG is made by retable, which escapes what users write. */
export function Figures({ figures }: { readonly figures: readonly PageFigure[] }) {
  return figures.map(({ name, title, svg, notes }) => (
    <figure key={name} class="card" id={`figure-${name}`}>
      <h3>{title ?? name}</h3>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <section class="wide svg" tabIndex={0} aria-label={`Figure ${title ?? name}`}>
        <div class="drawing" data-figure={name} dangerouslySetInnerHTML={{ __html: svg }} />
      </section>
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
