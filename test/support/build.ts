import { execFileSync } from 'node:child_process';

/** Tests run the command line as users do: built. */
export default function setup(): void {
  execFileSync(process.execPath, ['build.mjs'], { stdio: 'inherit' });
}
