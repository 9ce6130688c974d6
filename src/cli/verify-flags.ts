import { Failure } from '../failure.ts';
import type { Sample } from '../verify/sample.ts';
import type { PipelineFlags } from './workspace.ts';

/** The flags of `retable verify`, as commander gives them. */
export interface VerifyFlags extends PipelineFlags {
  readonly sample?: string;
  readonly seed?: string;
  readonly record?: string;
  readonly tolerance?: string;
  readonly keep?: boolean;
}

export interface VerifyChoices {
  /** Undefined: all cells. */
  readonly sample: Sample | undefined;
  readonly seed: number;
  readonly tolerance: number;
}

/** @throws Failure `bad-flag` */
export function parseVerifyFlags({ sample, seed = '0', tolerance = '0.01' }: VerifyFlags): VerifyChoices {
  return {
    sample: sample === undefined ? undefined : parseSample(sample),
    seed: parsed('--seed', seed, /^\d{1,15}$/, 'a whole number from 0, such as 7'),
    tolerance: parsed(
      '--tolerance',
      tolerance,
      /^(\d+\.?\d*|\.\d+)(e-?\d+)?$/i,
      'a number from 0, such as 0.01',
    ),
  };
}

function parseSample(text: string): Sample {
  const what = 'a share such as 5%, of more than 0 % and at most 100 %, or a number of cells from 1';
  const isShare = text.endsWith('%');
  const number = parsed('--sample', isShare ? text.slice(0, -1) : text, /^\d+(\.\d+)?$/, what);
  if (number > 0 && isShare && number <= 100) return { percent: number };
  if (number > 0 && !isShare && Number.isSafeInteger(number)) return { cells: number };
  throw wrong('--sample', text, what);
}

function parsed(flag: string, text: string, form: RegExp, what: string): number {
  if (!form.test(text) || !Number.isFinite(Number(text))) throw wrong(flag, text, what);
  return Number(text);
}

function wrong(flag: string, text: string, what: string): Failure {
  return new Failure('bad-flag', `${flag} takes ${what}, not ${text}.`);
}
