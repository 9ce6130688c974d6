import { type Checkpoint, readModel } from '../model/artifact.ts';
import { type Choices, withChoices } from '../train/choices.ts';
import type { InnerSettings } from '../train/inner-maximisation.ts';
import type { MethodBuilder } from '../train/method.ts';
import { ard, ardDefaults } from './ard.ts';
import { type AttentionSettings, attention, attentionDefaults } from './attention.ts';
import { type IgamSettings, igam, igamDefaults } from './igam.ts';
import { type KdSettings, kd, kdDefaults } from './kd.ts';
import { type MixAcmSettings, mixAcmDefaults, mixacm } from './mixacm.ts';
import { type RsladSettings, rslad, rsladDefaults } from './rslad.ts';

export interface TransferSource {
  readonly method: 'kd' | 'ard' | 'rslad' | 'attention' | 'igam' | 'mixacm';
  readonly teacherCheckpoint: Checkpoint;
  readonly tapBeforeRelu: boolean;
}

export type TransferChoices = Choices<
  KdSettings & MixAcmSettings & InnerSettings & AttentionSettings & RsladSettings & IgamSettings
>;

/**
 * Trainings with a teacher, by the name that pipelines use. What is not chosen is the method's default.
 * @param teacherFile where a file of the teacher's artifact lies
 */
export async function transferMethod(
  teacherFile: (name: string) => string,
  { method, teacherCheckpoint, tapBeforeRelu }: TransferSource,
  choices: TransferChoices,
): Promise<MethodBuilder> {
  const teacher = await readModel(teacherFile, teacherCheckpoint, { tapBeforeRelu });
  switch (method) {
    case 'kd':
      return kd(teacher, withChoices(kdDefaults, choices));
    case 'ard':
      return ard(teacher, withChoices(ardDefaults, choices));
    case 'rslad':
      return rslad(teacher, withChoices(rsladDefaults, choices));
    case 'attention':
      return attention(teacher, withChoices(attentionDefaults, choices));
    case 'igam':
      return igam(teacher, withChoices(igamDefaults, choices));
    case 'mixacm':
      return mixacm(teacher, withChoices<MixAcmSettings>({ ...mixAcmDefaults, blocks: undefined }, choices));
  }
}
