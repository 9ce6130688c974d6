import { open, waitForDebugger } from 'node:inspector';
import { Failure } from '../failure.ts';

const DEFAULT_PORT = 9229;

/**
 * Opens the port of the debugger, only for this machine, and waits until a debugger is attached. Node prints the address.
 * @param port the value of the flag; `true` if it has none
 * @throws Failure `bad-flag`
 */
export function attachDebugger(port: string | true): void {
  const number = port === true ? DEFAULT_PORT : Number(port);
  if (!Number.isInteger(number) || number < 0 || number > 65_535)
    throw new Failure('bad-flag', `--inspect takes the number of a port, not ${port}.`, {
      hint: 'Give 0 for any free port.',
    });
  open(number, '127.0.0.1');
  console.error('Waiting for a debugger, such as chrome://inspect or `node inspect 127.0.0.1:PORT`.');
  waitForDebugger();
}
