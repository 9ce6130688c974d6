import * as tf from '@tensorflow/tfjs';

// Silences the advice to install tfjs-node, which TensorFlow.js would print in every cell. It has no other effect.
tf.enableProdMode();

/**
 * Runs `call` with a registered TensorFlow.js backend as the current one and puts the former one back. All tensors
 * and variables that it makes are disposed of.
 */
export function onBackend(backend: string, call: () => void): void {
  const engine = tf.engine();
  const former = engine.backendName;
  // `setBackend` returns a promise but acts at once where the backend's factory is synchronous, as all of ours are.
  if (former !== backend) void engine.setBackend(backend);
  const variables = new Set(Object.keys(engine.registeredVariables));
  try {
    tf.tidy(call);
  } finally {
    for (const [name, variable] of Object.entries(engine.registeredVariables)) {
      if (!variables.has(name)) variable.dispose();
    }
    if (former && former !== backend) void engine.setBackend(former);
  }
}
