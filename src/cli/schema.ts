import { pipelineSchema } from '../pipeline/schema.ts';
import { editorSchema } from '../settings/schema.ts';
import { EXIT } from './outcome.ts';
import { Workspace } from './workspace.ts';

/** `retable schema`: the JSON Schema of pipelines, with the parameters of every kind; or that of `retable.yaml`. */
export async function schema({ settings = false }: { settings?: boolean }): Promise<number> {
  if (settings) {
    console.log(JSON.stringify(editorSchema(), null, 2));
    return EXIT.done;
  }
  const { kinds } = new Workspace({});
  const entries = await Promise.all(kinds.names.map(async (name) => [name, await kinds.load(name)] as const));
  console.log(JSON.stringify(pipelineSchema(Object.fromEntries(entries)), null, 2));
  return EXIT.done;
}
