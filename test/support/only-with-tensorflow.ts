import { beforeEach } from 'vitest';
import { isInstalled } from './tensorflow.ts';

// A setup file of the agreement tests: they are skipped, and counted as such, where TensorFlow is not installed.
if (!isInstalled)
  beforeEach(({ skip }) => skip('TensorFlow is not installed: retable engines install tensorflow'));
