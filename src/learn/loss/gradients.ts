import * as tf from '@tensorflow/tfjs';

type Watch = <T>(fn: () => T) => T;
let watch: Watch = (fn) => fn();

/**
 * Runs `call`, and applies `around` to each function whose gradient is taken in it, including gradients of gradients.
 */
export function watchGradients<T>(around: Watch, call: () => T): T {
  const before = watch;
  watch = around;
  try {
    return call();
  } finally {
    watch = before;
  }
}

/**
 * The value of a scalar function, its gradients with respect to `at`, and other tensors that it computed. `tf.grads`
 * returns only gradients; logits or running statistics would have to be computed twice.
 *
 * @param fn must depend on each of `at`
 */
export function withGradients<K extends string>(
  fn: () => { readonly value: tf.Tensor; readonly results: Readonly<Record<string, tf.Tensor>> },
  at: Readonly<Record<K, tf.Tensor>>,
): {
  value: tf.Tensor;
  results: Record<string, tf.Tensor>;
  gradients: Record<K, tf.Tensor>;
} {
  const names = Object.keys(at) as K[]; // Object.keys forgets the type of the keys
  let kept: Record<string, tf.Tensor> = {};
  const forward = () => {
    const { value, results } = watch(fn);
    // TensorFlow.js frees tensors that the function made but did not return. These must survive until the clones
    // below.
    kept = mapValues(results, (tensor) => tf.keep(tf.clone(tensor)));
    return value.asScalar();
  };
  const { value, grads } = tf.engine().gradients(
    forward,
    names.map((name) => at[name]),
  );
  const results = mapValues(kept, (tensor) => tf.clone(tensor));
  for (const tensor of Object.values(kept)) tensor.dispose();
  const gradients = names.map((name, index) => {
    const gradient = grads[index];
    if (gradient === undefined) throw new Error(`The value does not depend on '${name}'`);
    return [name, gradient];
  });
  return { value, results, gradients: Object.fromEntries(gradients) };
}

function mapValues<T, U>(record: Readonly<Record<string, T>>, fn: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, fn(value)]));
}
