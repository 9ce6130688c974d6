import { startedWithNohup } from './hangup.ts';

/**
 * Milliseconds within which several SIGINTs count as one Ctrl-C. A single Ctrl-C may arrive several times: the terminal
 * sends it to npm and to its child process, and npm passes it on.
 */
const ONE_CTRL_C_MS = 1000;

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Aborts at the first SIGINT, SIGTERM or SIGHUP. Another SIGINT, a second or more later, ends the process at once. With
 * `nohup`, SIGHUP does nothing.
 */
export function interruptible(): { signal: AbortSignal; stop(): void } {
  const controller = new AbortController();
  const isHeld = startedWithNohup();
  let first = 0;
  const onSignal = (signal: NodeJS.Signals) => {
    if (signal === 'SIGHUP' && isHeld) return;
    if (controller.signal.aborted) {
      if (signal === 'SIGINT' && performance.now() - first >= ONE_CTRL_C_MS) process.exit(130);
      return;
    }
    first = performance.now();
    console.error('interrupted: stopping the running cells; the next run continues from here');
    controller.abort();
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  return {
    signal: controller.signal,
    stop: () => {
      for (const signal of SIGNALS) process.off(signal, onSignal);
    },
  };
}
