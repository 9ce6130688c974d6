import * as tf from '@tensorflow/tfjs';
import { at } from '../build/shape.ts';
import { Unsupported } from '../kernel.ts';

/** How a window moves over an image: `pads` are top, left, bottom, right. */
export interface Window {
  readonly kernel: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly pads: readonly [number, number, number, number];
  readonly dilations: readonly [number, number];
}

type Pad = 'valid' | 'same' | number | tf.backend_util.ExplicitPadding;
type Shape4 = [number, number, number, number];

/** The attributes of all convolutions and their gradients. */
export interface ConvAttributes {
  readonly strides: number | [number, number];
  readonly pad: Pad;
  readonly dilations?: number | [number, number];
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
  readonly dataFormat?: 'NHWC' | 'NCHW';
}

/** How the filter of a convolution moves, and the size of the result. */
export interface Placement {
  readonly window: Window;
  /** Height and width of the image. */
  readonly image: readonly [number, number];
  /** Height and width of the result. */
  readonly out: readonly [number, number];
}

/** @param image [N, H, W, C], or [N, C, H, W] if the attributes say NCHW  @param filter [height, width, C, ...] */
export function convPlacement(
  image: readonly number[],
  filter: readonly number[],
  attributes: ConvAttributes,
  depthwise = false,
): Placement {
  const format = attributes.dataFormat === 'NCHW' ? 'channelsFirst' : 'channelsLast';
  const { strides, pad, dilations = 1, dimRoundingMode } = attributes;
  return placement(
    tf.backend_util.computeConv2DInfo(
      shape4(image),
      shape4(filter),
      strides,
      dilations,
      pad,
      dimRoundingMode,
      depthwise,
      format,
    ),
  );
}

/** @param image [N, H, W, C] */
export function poolPlacement(
  image: readonly number[],
  attributes: ConvAttributes & { readonly filterSize: number | [number, number] },
): Placement {
  const { filterSize, strides, pad, dimRoundingMode } = attributes;
  return placement(
    tf.backend_util.computePool2DInfo(shape4(image), filterSize, strides, 1, pad, dimRoundingMode),
  );
}

function placement(info: tf.backend_util.Conv2DInfo): Placement {
  const { top, left } = info.padInfo;
  // How far the last position of the filter reaches beyond the image; negative if the stride leaves a rest.
  const bottom = (info.outHeight - 1) * info.strideHeight + info.effectiveFilterHeight - info.inHeight - top;
  const right = (info.outWidth - 1) * info.strideWidth + info.effectiveFilterWidth - info.inWidth - left;
  if (bottom <= -info.strideHeight || right <= -info.strideWidth) {
    // TensorFlow.js computes a wrong size in this case, and crops the result.
    throw new Unsupported('with a number as padding and a filter that is not square; give pairs of numbers');
  }
  return {
    window: {
      kernel: [info.filterHeight, info.filterWidth],
      strides: [info.strideHeight, info.strideWidth],
      dilations: [info.dilationHeight, info.dilationWidth],
      pads: [top, left, Math.max(0, bottom), Math.max(0, right)],
    },
    image: [info.inHeight, info.inWidth],
    out: [info.outHeight, info.outWidth],
  };
}

function shape4(shape: readonly number[]): Shape4 {
  return [at(shape, 0), at(shape, 1), at(shape, 2), at(shape, 3)];
}
