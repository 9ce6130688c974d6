import type { OnnxDevice } from '../../identity.ts';
import type { Graph } from '../../trace/graph.ts';
import { simplify } from '../../trace/passes/simplify.ts';
import { keepChannelsFirst } from './channels-first.ts';
import { dotProducts } from './dot-products.ts';
import { forWebgpu } from './for-webgpu.ts';
import { joinBlocked } from './join-blocked.ts';
import { keepBlocked } from './keep-blocked.ts';
import { mergeAxes } from './merge-axes.ts';
import { positionsFirst } from './positions-first.ts';
import { steady } from './steady.ts';
import { stepMasks } from './step-masks.ts';

/** A function from graph to graph that changes no result, apart from rounding. */
export interface Pass {
  readonly name: string;
  readonly apply: (graph: Graph) => Graph;
}

/**
 * The passes for every traced graph before it is encoded, in this order.
 * @param block channels in a block of the processor's blocked convolutions; undefined: do not use them
 */
export function passesFor(block: number | undefined, device: OnnxDevice = 'cpu'): readonly Pass[] {
  const simplifying = { name: 'simplify', apply: simplify };
  const blocking = block === undefined ? [] : blockedPasses(block);
  return [
    simplifying,
    { name: 'keepChannelsFirst', apply: keepChannelsFirst },
    simplifying,
    { name: 'stepMasks', apply: stepMasks },
    ...blocking,
    { name: 'steady', apply: steady },
    { name: 'mergeAxes', apply: mergeAxes },
    ...(device === 'webgpu' ? [{ name: 'forWebgpu', apply: forWebgpu }] : []),
    simplifying,
  ];
}

function blockedPasses(block: number): readonly Pass[] {
  return [
    { name: 'keepBlocked', apply: (graph) => keepBlocked(graph, block) },
    { name: 'simplify', apply: simplify },
    { name: 'joinBlocked', apply: joinBlocked },
    { name: 'dotProducts', apply: (graph) => dotProducts(graph, block) },
    { name: 'positionsFirst', apply: (graph) => positionsFirst(graph, block) },
  ];
}

export function optimise(graph: Graph, passes: readonly Pass[]): Graph {
  return passes.reduce((current, { apply }) => apply(current), graph);
}
