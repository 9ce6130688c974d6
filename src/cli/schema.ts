import { pipelineSchema } from '../pipeline/schema.ts';
import { EXIT } from './outcome.ts';
import { Workspace } from './workspace.ts';

/** `retable schema`: the JSON Schema of pipelines, with the parameters of every kind. */
export async function schema(): Promise<number> {
  const { kinds } = new Workspace({});
  const entries = await Promise.all(kinds.names.map(async (name) => [name, await kinds.load(name)] as const));
  console.log(JSON.stringify(pipelineSchema(Object.fromEntries(entries)), null, 2));
  return EXIT.done;
}
