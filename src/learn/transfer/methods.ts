import { type Checkpoint, readModel } from '../model/artifact.ts';
import type { MethodBuilder } from '../train/method.ts';
import { type KdSettings, kd } from './kd.ts';
import { type MixAcmSettings, mixacm } from './mixacm.ts';

export interface TransferSettings extends Omit<KdSettings, 'weight'>, MixAcmSettings {
  readonly method: 'kd' | 'mixacm';
  readonly teacherCheckpoint: Checkpoint;
  readonly tapBeforeRelu: boolean;
}

/**
 * Trainings with a teacher, by the name that pipelines use.
 * @param teacherFile where a file of the teacher's artifact lies
 */
export async function transferMethod(
  teacherFile: (name: string) => string,
  { method, teacherCheckpoint, tapBeforeRelu, ...settings }: TransferSettings,
): Promise<MethodBuilder> {
  const teacher = await readModel(teacherFile, teacherCheckpoint, { tapBeforeRelu });
  switch (method) {
    case 'kd':
      return kd(teacher, { ...settings, weight: settings.kdWeight });
    case 'mixacm':
      return mixacm(teacher, settings);
  }
}
