import type { Engine } from '../../engine/engine.ts';
import { toAttackBatch } from '../attack/attack-batch.ts';
import type { AttackBuilder, Target } from '../attack/attacker.ts';
import { createAttack } from '../attack/attacks.ts';
import { rowsOfBatch } from '../attack/batch-rows.ts';
import { classifier } from '../attack/classify.ts';
import { passesOf } from '../attack/passes.ts';
import type { Dataset } from '../data/dataset.ts';
import { forwardFlops } from '../diagnose/forward-flops.ts';
import { initialise } from '../model/init.ts';
import type { Model } from '../model/model.ts';
import { usualShare } from '../self-check/allowance.ts';
import { type Member, membersOf, shortened } from './attack-size.ts';
import { madeUp, rightlyLabelled } from './made-up.ts';
import { type ChecksToMeasure, measureChecks } from './self-checks.ts';
import { measuredRows, timed } from './timing.ts';

export interface AttackToMeasure extends Omit<ChecksToMeasure, 'target' | 'images'> {
  readonly engine: Engine;
  readonly model: Model;
  /** Number of images that the cell reads. */
  readonly images: number;
  /** Shares that are assumed; see `Assumed`. */
  readonly classified: number;
  readonly withstand: number;
}

export interface MeasuredAttack {
  readonly seconds: number;
  /** Seconds of measuring that a cell does not take in its start. */
  readonly spent: number;
  readonly flops: number;
}

/** So small that no image changes its class. */
const nothing = 1e-9;
/** FLOPs of the measured run of an attack. */
const enough = 3e10;

/**
 * The cost of an attack: the seconds of a pass of an image that withstands it, measured with few steps on a network with
 * random weights, times the passes of all images (`passesOf`). The passes of the self-checks come from `measureChecks`.
 */
export async function measureAttack(options: AttackToMeasure): Promise<MeasuredAttack> {
  const { engine, model, settings, images, classified, withstand, selfCheckExamples } = options;
  const weights = initialise([...model.parameters, ...model.state], 0);
  const target = { engine, model, weights };
  const { seconds: counting, result: forward } = await timed(() => forwardFlops(engine, model, weights));
  const rows = measuredRows(rowsOfBatch(images, options.batchSize), forward);
  const dataset = await rightlyLabelled(target, madeUp(rows, model.inputShape, model.classes));
  const clean = await measureClean(target, dataset);
  let [seconds, passes] = [images * clean.pass, images];
  let [repeated, steady] = [counting + clean.seconds, 0];
  for (const member of membersOf(settings)) {
    const found = await measureMember(member, target, dataset, forward);
    const all = images * classified * passesEach(member, model.classes, withstand);
    seconds += all * found.pass;
    passes += all;
    repeated += found.seconds;
    steady += found.steady;
  }
  const checks = await measureChecks({ ...options, target, images: dataset });
  const most = selfCheckExamples === undefined ? usualShare * (passes - images) : Number.POSITIVE_INFINITY;
  const checked = Math.min(checks.passes, most);
  const pass = seconds / passes;
  return {
    seconds: seconds + checked * pass,
    // If the checks ran on the network itself, they compiled all that a cell compiles.
    spent: checks.isItself ? repeated + checks.taken * pass : counting + steady,
    flops: forward * (passes + checked),
  };
}

/** Passes of an image that is classified correctly, on average. */
function passesEach({ settings, onlyRobust }: Member, classes: number, withstand: number): number {
  const { robust, broken } = passesOf(settings, classes);
  return withstand * robust + (onlyRobust ? 0 : (1 - withstand) * broken);
}

interface Measured {
  /** Seconds of a pass of one image. */
  readonly pass: number;
  /** Seconds that measuring took, and those of them that were not for compiling. */
  readonly seconds: number;
  readonly steady: number;
}

async function measureClean(target: Target, dataset: Dataset): Promise<Measured> {
  const classify = classifier(target);
  const { images, labels } = await toAttackBatch(dataset, allOf(dataset), 0);
  const found = await twice(() => classify.run(images, labels));
  await classify.dispose();
  return { ...found, pass: found.pass / dataset.labels.length };
}

async function measureMember(
  { settings }: Member,
  target: Target,
  dataset: Dataset,
  forward: number,
): Promise<Measured> {
  const { classes } = target.model;
  const rows = dataset.labels.length;
  const short = shortened({ ...settings, epsilon: nothing }, classes, enough / (rows * forward));
  const passes = passesOf(short, classes).robust;
  if (passes === 0) return { pass: 0, seconds: 0, steady: 0 };
  const attacker = ((await createAttack(short)) as AttackBuilder)(target); // a member is no cascade
  const batch = await toAttackBatch(dataset, allOf(dataset), 0);
  const found = await twice(() => attacker.perturb(batch));
  await attacker.dispose();
  return { ...found, pass: found.pass / (rows * passes) };
}

/** Runs an action twice. The first run compiles; `pass` has the seconds of the second. */
async function twice(action: () => Promise<unknown>): Promise<Measured> {
  const [first, second] = [await timed(action), await timed(action)];
  return {
    pass: second.seconds,
    seconds: first.seconds + second.seconds,
    steady: 2 * second.seconds,
  };
}

function allOf({ labels }: Dataset): Int32Array {
  return labels.map((_, index) => index);
}
