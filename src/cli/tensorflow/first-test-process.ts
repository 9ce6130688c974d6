import { tryDevice } from '../../engine/tensorflow/engine.ts';
import { asFailure } from '../../failure.ts';

// A process of its own: computes on the device of the installation and prints what came of it, as JSON.
try {
  await tryDevice();
  console.log('{}');
} catch (error) {
  const { reason, message, hint } = asFailure(error);
  console.log(JSON.stringify({ reason, message, hint }));
}
