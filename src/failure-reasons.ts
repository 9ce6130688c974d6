/**
 * Why something failed: all reasons that retable gives, with what they mean. `docs/failures.md` is made from this table.
 * A command that fails for a reason of `machine` exits with 1, for any other with 2.
 */
export const FAILURE_REASONS = {
  machine: {
    'disk-error': 'The disk reported an error.',
    'disk-full': 'The disk is full.',
    'index-busy': 'Another process has locked the index of the cache for too long.',
    'index-damaged': 'The index of the cache is damaged. The next command rebuilds it.',
    'installation-failed': 'A step of `retable engines install` failed. The message names the step.',
    'native-module': 'The native code of SQLite cannot be loaded.',
    'newer-cache': 'The cache was written by a newer version of retable.',
    'no-permission': 'This user may not read or write a file or folder.',
    'package-missing': 'A package that the code imports is not installed.',
    'port-in-use': 'Another program uses the port, or this user may not use it.',
    'quota-exceeded': 'The disk quota of this user is used up.',
    'read-only': 'A file or folder is on a read-only file system.',
    'too-many-open-files': 'The process has too many files open.',
    defect: 'A fault of retable itself. The message has the stack.',
  },
  project: {
    'ambiguous-pipeline': 'Two files define a pipeline of the same name.',
    'ambiguous-table': 'Several cells belong in one place of a table or a figure.',
    'bad-flag': 'A flag has a value that it does not take.',
    'bad-kind': 'The file of a kind cannot be bundled or loaded, or what it declares is wrong.',
    'bad-record': '`record.json` was cut off, edited so that it cannot be read, or is another file.',
    'bad-records': '`records.jsonl` of a cell cannot be read.',
    'bad-settings': '`retable.yaml` has mistakes, or its name is wrong.',
    'bad-variable': 'An environment variable has a value that it does not take.',
    'duplicate-reference': 'A table has two published values for the same place.',
    'engine-unavailable': 'The engine does not work on this machine.',
    'gpu-missing': 'The engine is for a GPU, and this machine has none, or not its driver.',
    'invalid-pipeline': 'A pipeline has mistakes. They are printed as a list.',
    'no-figure-form': 'This kind of figure has no such form.',
    'no-files': 'A folder or pattern that a stage names has no files.',
    'no-images': 'An attack has not kept the images that a figure shows.',
    'no-log': 'The cell or the attempt has no log.',
    'no-model': 'The kind of this cell makes no model.',
    'no-pipeline': 'No pipeline was named, and none was run before.',
    'no-records': 'The cell or the attempt has no records.',
    'no-such-file': 'A file does not exist.',
    'no-such-folder': 'A folder does not exist.',
    'no-record': 'There is no `record.json` to verify, or it has no results.',
    'not-a-file': 'A path names a folder, not a file.',
    'not-a-folder': 'A path names a file, not a folder.',
    'not-run': 'The cell has no result in the cache.',
    'other-record': 'A record is that of another pipeline, another profile or another `--set`.',
    'other-installation': 'An engine is installed already, in another version or for another device.',
    'path-escape': 'A link leads out of the project.',
    'path-too-long': 'A path, or a name in it, is too long for the file system.',
    'too-few-gpus': 'A stage asks for more GPUs than this machine has.',
    'too-many-files': 'A stage names more files than are allowed.',
    'too-many-pixels': 'The images of a figure have more pixels than its form can contain.',
    'unknown-cell': 'No cell has this name, or matches this pattern.',
    'unknown-engine': 'There is no engine of this name.',
    'unknown-journal-mode': '`RETABLE_JOURNAL` names no journal mode.',
    'unknown-figure': 'The pipeline has no figure of this name.',
    'unknown-kind': 'There is no kind of this name.',
    'unknown-pipeline': 'There is no pipeline of this name.',
    'unknown-sweep': 'The pipeline has no sweep of this name.',
    'unknown-table': 'The pipeline has no table of this name.',
    'unknown-value': 'A table, a figure or a sweep uses a value that its cells do not report.',
  },
  cells: {
    'bad-event': 'A line of `$RETABLE_EVENTS` is not an event.',
    'bad-output': 'The output of a cell contains something that is neither a file nor a folder.',
    'bad-values': '`values.json` of a cell cannot be read, or is not an object of numbers.',
    'content-lost': 'Files of an output were deleted while it was published.',
    'ended-early': 'A process ended without an error before its work was done.',
    'exit-non-zero': 'A program exited with another code than 0.',
    'file-not-in-artifact': 'An artifact does not contain the file that a cell or a command asks for.',
    'input-changed': 'An input in the cache was changed while the cell ran.',
    'input-lost': 'An input of the cell is no longer in the cache, or is damaged.',
    'interpreter-not-found': 'The interpreter in the first line of a script was not found.',
    'no-choice': 'A sweep cannot choose, because all its trials diverged.',
    'not-a-program': 'The program to run is a folder.',
    'not-executable': 'This user may not execute the program.',
    'not-started': 'The system could not start the program.',
    'output-changed': 'A file of the output was written to while it was published.',
    'output-missing': 'A program ended well but did not write all outputs that it declares.',
    'owner-died': 'The process of retable that ran the cell died.',
    'program-not-found': 'The program to run was not found.',
    'source-changed': 'A file from outside the cache changed while it was read, or while the cell ran.',
    'undeclared-engine': 'A kind asks for an engine but does not declare that it uses one.',
    'undeclared-measurement': 'A kind reports a measurement that it does not declare.',
    'value-not-finite': 'A value for tables is not a finite number.',
    crashed: 'The code of a kind threw an error. The log has the stack.',
    failed: 'A program reported a failure without a reason.',
    interrupted: 'The run was interrupted while the cell ran.',
    killed: 'A process was killed with SIGKILL, often because the memory was used up.',
    signalled: 'A process was ended by another signal than SIGKILL.',
    timeout: 'The cell ran longer than the `timeout` of its stage.',
  },
  data: {
    'bad-archive': 'An archive is damaged, unsafe to unpack, or does not contain the data set.',
    'bad-classes': 'The wanted `classes` are ambiguous or repeated.',
    'bad-crop': 'The crop is larger than an image.',
    'bad-data-file': 'A file of a data set is damaged, or not the published one.',
    'bad-dataset': 'An artifact of type dataset cannot be read.',
    'bad-image-folder': 'A folder of images does not have a layout that is read.',
    'bad-safetensors': 'A file is not a safetensors file that can be used.',
    'bad-subset': 'The wanted part of a data set does not exist.',
    'bad-url': 'An address is not an https, http or file address.',
    'checksum-mismatch': 'A downloaded file is not the published one.',
    'data-not-found': 'The files of a data set were not found.',
    'different-sizes': 'The images of a data set have different sizes.',
    'download-failed': 'A download broke off, or the server is busy. Run again to continue it.',
    'download-refused':
      'The server answered that it does not give the file, or the file of a `file:` address cannot be read.',
    'empty-dataset': 'A data set has no examples.',
    'no-network': 'A server could not be reached.',
    'too-large': 'The images or tensors do not fit in a file or in memory.',
    'unknown-class': 'The data set has no such class.',
    'unknown-dataset': 'There is no data set of this name.',
  },
  learning: {
    'bad-attack': 'A parameter of an attack is out of its range.',
    'bad-blocks': 'The `blocks` of student and teacher cannot be compared.',
    'bad-model': 'An artifact of type model cannot be read.',
    'bad-normalisation': 'The mean and standard deviation of images do not fit the model.',
    'class-mismatch': 'A model was trained on other classes than those of the data set.',
    'export-differs': 'An exported model computes other numbers than the engine.',
    'no-best-checkpoint': 'A model has no best checkpoint, because it was trained without a validation part.',
    'no-validation-part': 'A cell evaluates a model on validation images, and the data set has none.',
    'not-finite': 'A model under attack gave NaN or infinity.',
    'out-of-bounds': 'An attack left the allowed range of pixels.',
    'size-unknown':
      'The size of a data set or a network is not known before a cell has run, so its cost cannot be estimated.',
    'self-check-failed': 'A self-check found that the results of an attack are meaningless.',
    'shape-mismatch': 'A model and its data have different shapes.',
    'teacher-mismatch': 'The method needs another kind of teacher, or none.',
    'too-few-classes': 'A loss or an attack needs more classes than the model has.',
    'unknown-model': 'There is no model of this name.',
    'weights-do-not-fit': 'The tensors of a file are not those of the model.',
    diverged: 'The loss of a training is no longer finite.',
  },
  tensors: {
    'bad-tensor': 'A tensor has another number of elements than its shape says.',
    'no-gradient': 'An operation has no gradient.',
    'not-exportable': 'A tensor function cannot be exported to ONNX for every batch size.',
    'outside-variable': 'A tensor function uses a variable from outside.',
    'traced-value-read': 'A tensor function reads the value of a tensor while it is traced.',
    'unsupported-op': 'The engine does not have an operation or a type of tensor.',
  },
} as const satisfies Record<string, Record<string, string>>;

type Groups = typeof FAILURE_REASONS;

/**
 * A reason of the table, or one of a user's own kinds and programs, which begins with `own:` so that it is never one of
 * retable's.
 */
export type FailureReason = { [G in keyof Groups]: keyof Groups[G] }[keyof Groups] | `own:${string}`;

/** What a cell gives as the reason of its failure: a word that is not in the table is its own. */
export function parseReason(text: string): FailureReason {
  return isReason(text) ? text : `own:${text}`;
}

function isReason(text: string): text is FailureReason {
  return (
    text.startsWith('own:') || Object.values(FAILURE_REASONS).some((group) => Object.hasOwn(group, text))
  );
}
