/** A format of files that users give by mistake instead of a safetensors file. */
export interface OtherFormat {
  /** Completes the sentence "is …". */
  readonly name: string;
  readonly hint: string;
  /** @param head the first bytes of a file, one character for each */
  matches(head: string): boolean;
}

const zip = 'PK\x03\x04';
const pickle = {
  name: 'a PyTorch pickle (.pt, .pth)',
  hint:
    'Save its weights again in Python: `safetensors.torch.save_file(weights, "weights.safetensors")`, where `weights` ' +
    'is the dictionary of tensors in `torch.load(file, map_location="cpu")`, often under a key such as "state_dict".',
};

const formats: readonly OtherFormat[] = [
  // `torch.save` writes a ZIP archive since PyTorch 1.6, and wrote a pickle of protocol 2 before.
  { ...pickle, matches: (head) => head.startsWith(zip) && head.includes('/data.pkl') },
  {
    ...pickle,
    matches: (head) => ['\x80\x02', '\x80\x03', '\x80\x04', '\x80\x05'].includes(head.slice(0, 2)),
  },
  {
    name: 'a ZIP archive',
    hint: 'Unpack it and give the safetensors file that is in it.',
    matches: (head) => head.startsWith(zip),
  },
  {
    name: 'a Git LFS pointer, which stands for the file itself',
    hint: 'Fetch the file: run `git lfs pull` in the repository that the pointer comes from.',
    matches: (head) => head.startsWith('version https://git-lfs.github.com/spec/'),
  },
  {
    name: 'an HTML page',
    hint: 'The download was probably a login or error page. Open the file in a browser to see what it says.',
    matches: (head) => /^(\xEF\xBB\xBF)?\s*(<!--.*?-->\s*)*<(!doctype html|html|head|body)\b/is.test(head),
  },
];

/** The format of a file that is not a safetensors file, if it is known. */
export function otherFormat(bytes: Uint8Array): OtherFormat | undefined {
  const head = Buffer.from(bytes.subarray(0, 4096)).toString('latin1');
  return formats.find((format) => format.matches(head));
}
