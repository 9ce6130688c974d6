import * as tf from '@tensorflow/tfjs';

// Suppresses the advice to install tfjs-node, which TensorFlow.js would print in every cell. No other effect.
tf.enableProdMode();

/**
 * Runs `call` with a registered TensorFlow.js backend, and restores the previous one afterwards. All tensors and
 * variables that it creates are disposed of.
 */
export function onBackend(backend: string, call: () => void): void {
  const engine = tf.engine();
  const former = engine.backendName;
  // `setBackend` returns a promise, but takes effect at once if the backend's factory is synchronous, as all of ours
  // are.
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
