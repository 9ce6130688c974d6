import { type RecordFile, readCifar } from './cifar.ts';
import type { Split } from './dataset.ts';
import { readIdxDataset } from './idx.ts';

/** A file at a URL, with its checksum. */
export interface Remote {
  readonly url: string;
  readonly sha256: string;
}

/** A file of a published data set. */
export interface PublishedFile {
  readonly name: string;
  /** Alternative names of the file. */
  readonly alsoNamed?: readonly string[];
  readonly records: number;
  /** Its download, compressed with gzip. */
  readonly remote?: Remote;
}

/** A published data set: its name, its files, and where to get them. */
export interface PublishedSet {
  readonly title: string;
  /** Web page, for a manual download. */
  readonly homepage: string;
  /** Folders, under the data folder, that may hold its files. */
  readonly folders: readonly string[];
  readonly files: readonly PublishedFile[];
  /** An archive that unpacks to a folder with the files. */
  readonly archive?: Remote & { readonly name: string; readonly folder: string };
  /** Files and folders of other versions of the set, which cannot be read, with the name of the version. */
  readonly otherVersions: Readonly<Record<string, string>>;
  /** @param files of the set, in its order */
  read(files: readonly RecordFile[]): Promise<Split>;
}

const cifar10: PublishedSet = {
  title: 'CIFAR-10 binary version',
  homepage: 'https://www.cs.toronto.edu/~kriz/cifar.html',
  folders: ['cifar10', 'cifar-10-batches-bin'],
  files: ['data_batch_1', 'data_batch_2', 'data_batch_3', 'data_batch_4', 'data_batch_5', 'test_batch'].map(
    (name) => ({ name: `${name}.bin`, records: 10_000 }),
  ),
  archive: {
    name: 'cifar-10-binary.tar.gz',
    folder: 'cifar-10-batches-bin',
    url: 'https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz',
    sha256: 'c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd',
  },
  otherVersions: {
    'cifar-10-batches-py': 'Python',
    'cifar-10-python.tar.gz': 'Python',
    data_batch_1: 'Python',
    'cifar-10-batches-mat': 'Matlab',
    'cifar-10-matlab.tar.gz': 'Matlab',
    'data_batch_1.mat': 'Matlab',
  },
  read: async (files) => ({
    train: await readCifar('cifar10', files.slice(0, -1)),
    test: await readCifar('cifar10', files.slice(-1)),
  }),
};

const cifar100: PublishedSet = {
  title: 'CIFAR-100 binary version',
  homepage: 'https://www.cs.toronto.edu/~kriz/cifar.html',
  folders: ['cifar100', 'cifar-100-binary'],
  files: [
    { name: 'train.bin', records: 50_000 },
    { name: 'test.bin', records: 10_000 },
  ],
  archive: {
    name: 'cifar-100-binary.tar.gz',
    folder: 'cifar-100-binary',
    url: 'https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz',
    sha256: '58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec',
  },
  otherVersions: {
    'cifar-100-python': 'Python',
    'cifar-100-python.tar.gz': 'Python',
    'cifar-100-matlab': 'Matlab',
    'cifar-100-matlab.tar.gz': 'Matlab',
  },
  read: async (files) => ({
    train: await readCifar('cifar100', files.slice(0, -1)),
    test: await readCifar('cifar100', files.slice(-1)),
  }),
};

const fashionHost = 'http://fashion-mnist.s3-website.eu-central-1.amazonaws.com';

const fashionMnist = idxSet({
  title: 'Fashion-MNIST',
  homepage: 'https://github.com/zalandoresearch/fashion-mnist',
  folders: ['fashion-mnist', 'FashionMNIST/raw', 'FashionMNIST'],
  otherVersions: { 'fashion-mnist_train.csv': 'CSV' },
  classes: [
    'T-shirt/top',
    'Trouser',
    'Pullover',
    'Dress',
    'Coat',
    'Sandal',
    'Shirt',
    'Sneaker',
    'Bag',
    'Ankle boot',
  ],
  host: fashionHost,
  sha256: [
    '3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84',
    'a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845',
    '346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073',
    '67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5',
  ],
});

/** Read only from the data folder: there is no reliable download address. */
const mnist = idxSet({
  title: 'MNIST',
  homepage: 'http://yann.lecun.com/exdb/mnist/',
  folders: ['mnist', 'MNIST/raw', 'MNIST'],
  otherVersions: { 'mnist.npz': 'NumPy', 'mnist.pkl.gz': 'Python', 'mnist_train.csv': 'CSV' },
  classes: Array.from({ length: 10 }, (_, digit) => String(digit)),
});

/** The known published data sets, by the name used in pipelines. */
export const publishedSets: Readonly<Record<string, PublishedSet>> = {
  cifar10,
  cifar100,
  'fashion-mnist': fashionMnist,
  mnist,
};

interface IdxSet extends Pick<PublishedSet, 'title' | 'homepage' | 'folders' | 'otherVersions'> {
  readonly classes: readonly string[];
  /** Address of the compressed files; their checksums are in the order of the files. */
  readonly host?: string;
  readonly sha256?: readonly string[];
}

/** A set with the four files of MNIST: 60,000 training images and 10,000 test images. */
function idxSet({ classes, host, sha256, ...set }: IdxSet): PublishedSet {
  const files = [
    { name: 'train-images-idx3-ubyte', records: 60_000 },
    { name: 'train-labels-idx1-ubyte', records: 60_000 },
    { name: 't10k-images-idx3-ubyte', records: 10_000 },
    { name: 't10k-labels-idx1-ubyte', records: 10_000 },
  ].map((file, k): PublishedFile => {
    const sum = sha256?.[k];
    const remote = host && sum ? { remote: { url: `${host}/${file.name}.gz`, sha256: sum } } : {};
    return { ...file, alsoNamed: [file.name.replace('-idx', '.idx')], ...remote };
  });
  const part = (images?: RecordFile, labels?: RecordFile) =>
    readIdxDataset({ images: images?.path ?? '', labels: labels?.path ?? '' }, classes, images?.records);
  return {
    ...set,
    files,
    read: async ([trainImages, trainLabels, testImages, testLabels]) => ({
      train: await part(trainImages, trainLabels),
      test: await part(testImages, testLabels),
    }),
  };
}
