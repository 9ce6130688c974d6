import { type EdgeLabel, Graph, layout, type NodeLabel, type Point } from '@dagrejs/dagre';
import { stageEdges } from '../pipeline/graph.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import type { StageGraph } from './page-data.ts';

/** Of a box, in pixels. The page prints the names in a font of fixed width, and cuts what is longer. */
const HEIGHT = 56;
const LEAST_WIDTH = 132;
const MOST_WIDTH = 240;
const CHARACTER = 8.5;
/** Below the name: the kind and a count. */
const SMALL_CHARACTER = 7;
const PADDING = 28;
/** Around the graph, for the width of lines. */
const MARGIN = 2;

/** Places the stages from left to right, each to the right of those that it needs. */
export function stageGraph(pipeline: Pick<Pipeline, 'stages' | 'cells'>): StageGraph {
  const { stages, cells } = pipeline;
  const graph = new Graph();
  graph.setGraph({ rankdir: 'LR', nodesep: 20, ranksep: 44, marginx: MARGIN });
  graph.setDefaultEdgeLabel(() => ({}));
  const position = new Map(stages.map(({ name }, index) => [name, index]));
  for (const [index, { name, kind }] of stages.entries()) {
    const count = cells.filter(({ stage }) => stage === name).length;
    const about = `${kind} · ${count}/${count} done`;
    const text = Math.max(name.length * CHARACTER, about.length * SMALL_CHARACTER);
    const width = Math.min(MOST_WIDTH, Math.max(LEAST_WIDTH, text + PADDING));
    graph.setNode(String(index), { width, height: HEIGHT });
  }
  const edges = stageEdges(pipeline).flatMap(([from, to]) => {
    const ends = { from: position.get(from) ?? -1, to: position.get(to) ?? -1 };
    return ends.from < 0 || ends.to < 0 || ends.from === ends.to ? [] : [ends];
  });
  for (const { from, to } of edges) graph.setEdge(String(from), String(to));
  layout(graph);
  const boxes = stages.map((_, index) => boxOf(graph.node(String(index))));
  const lines = edges.map(({ from, to }) => ({
    from,
    to,
    points: joined(boxes[from], pointsOf(graph.edge(String(from), String(to))), boxes[to]),
  }));
  return fitted(boxes, lines);
}

type Box = StageGraph['boxes'][number];
type Line = StageGraph['edges'][number];

function boxOf({ x = 0, y = 0, width = 0, height = 0 }: NodeLabel): Box {
  return { x, y, width, height };
}

function pointsOf({ points = [] }: EdgeLabel): [number, number][] {
  return points.map(({ x, y }: Point) => [x, y]);
}

/** A line from the right side of a box to the left side of another. The inner points lead it around other boxes. */
function joined(from: Box | undefined, points: readonly [number, number][], to: Box | undefined) {
  if (from === undefined || to === undefined) return points;
  const start: [number, number] = [from.x + from.width / 2, from.y];
  return [start, ...points.slice(1, -1), [to.x - to.width / 2, to.y] as [number, number]];
}

/** Moved so that everything is inside: the layout may lead a line above the first box. */
function fitted(boxes: readonly Box[], lines: readonly Line[]): StageGraph {
  const points = lines.flatMap((line) => line.points);
  const ys = [
    ...boxes.flatMap(({ y, height }) => [y - height / 2, y + height / 2]),
    ...points.map(([, y]) => y),
  ];
  const top = Math.min(0, ...ys) - MARGIN;
  const right = Math.max(0, ...boxes.map(({ x, width }) => x + width / 2), ...points.map(([x]) => x));
  return {
    width: rounded(right + MARGIN),
    height: rounded(Math.max(0, ...ys) - top + MARGIN),
    boxes: boxes.map(({ x, y, width, height }) => ({
      x: rounded(x),
      y: rounded(y - top),
      width: rounded(width),
      height,
    })),
    edges: lines.map((line) => ({
      ...line,
      points: line.points.map(([x, y]) => [rounded(x), rounded(y - top)] as const),
    })),
  };
}

/** Without digits that no screen shows. */
function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}
