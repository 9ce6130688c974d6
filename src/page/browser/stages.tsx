import type { CellState, PageCell, PageData, StageGraph } from '../page-data.ts';
import { stageLink } from './route.ts';
import { countStates, plural, STATES } from './words.ts';

interface Props {
  readonly data: PageData;
  readonly cells: readonly PageCell[];
}

/** The stages with arrows to those that need them, and how many cells of each are in which state. */
export function Stages({ data: { stages, graph }, cells }: Props) {
  const byStage = stages.map(() => [] as PageCell[]);
  for (const cell of cells) byStage[cell.stage]?.push(cell);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <section class="wide graph" tabIndex={0} aria-label="Graph of stages">
      <svg
        class="stage-graph"
        width={graph.width}
        height={graph.height}
        viewBox={`0 0 ${graph.width} ${graph.height}`}
      >
        <title>Stages, with lines to those that need them</title>
        {graph.edges.map((edge) => (
          <path key={`${edge.from} ${edge.to}`} class="edge" d={pathOf(edge.points)} />
        ))}
        {stages.map((stage, k) => (
          <Box key={stage.name} {...stage} counts={countStates(byStage[k] ?? [])} box={graph.boxes[k]} />
        ))}
      </svg>
    </section>
  );
}

interface BoxProps {
  readonly name: string;
  readonly kind: string;
  readonly counts: readonly [CellState, number][];
  readonly box: StageGraph['boxes'][number] | undefined;
}

function Box({ name, kind, counts, box }: BoxProps) {
  if (box === undefined) return null;
  const { width, height } = box;
  const [left, top] = [box.x - width / 2, box.y - height / 2];
  const all = counts.reduce((sum, [, count]) => sum + count, 0);
  const done = counts.find(([state]) => state === 'done')?.[1] ?? 0;
  const states = counts.map(([state, count]) => `${count} ${STATES[state].words}`).join(', ');
  let start = 0;
  return (
    <a href={stageLink(name)}>
      <title>{`${name} (${kind}): ${states}`}</title>
      <rect class="box" x={left} y={top} width={width} height={height} rx={6} />
      <text class="name" x={left + 12} y={top + 22}>
        {shortened(name, width)}
      </text>
      <text class="kind" x={left + 12} y={top + 40}>
        {kind} · {done === all ? plural(all, 'cell') : `${done}/${all} done`}
      </text>
      {counts.map(([state, count]) => {
        const length = (count / all) * (width - 24);
        const x = left + 12 + start;
        start += length;
        return <rect key={state} class={`bar ${state}`} x={x} y={top + 46} width={length} height={4} />;
      })}
    </a>
  );
}

/** As many characters as a box has room for, in a font of fixed width. */
function shortened(name: string, width: number): string {
  const room = Math.floor((width - 24) / 8);
  return name.length <= room ? name : `${name.slice(0, room - 1)}…`;
}

/** A smooth line: each inner point is the control of a curve between the middles of its neighbours. */
function pathOf(points: StageGraph['edges'][number]['points']): string {
  const [first, ...rest] = points;
  const last = rest.at(-1);
  if (first === undefined || last === undefined) return '';
  const inner = rest.slice(0, -1);
  if (inner.length === 0) {
    const middle = (first[0] + last[0]) / 2;
    return `M${first} C${middle},${first[1]} ${middle},${last[1]} ${last}`;
  }
  const curves = inner.map((point, k) => {
    const next = inner[k + 1];
    const end = next ? [(point[0] + next[0]) / 2, (point[1] + next[1]) / 2] : last;
    return `Q${point} ${end}`;
  });
  return `M${first} ${curves.join(' ')}`;
}
