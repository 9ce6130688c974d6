import fc from 'fast-check';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { encodePng } from '../../src/figure/encode-png.ts';

it('writes PNG files whose pixels sharp reads back', async () => {
  const sizes = fc.record({
    width: fc.integer({ min: 1, max: 40 }),
    height: fc.integer({ min: 1, max: 40 }),
  });
  const pixels = sizes.chain(({ width, height }) =>
    fc
      .uint8Array({ minLength: width * height * 3, maxLength: width * height * 3 })
      .map((rgb) => ({ width, height, rgb })),
  );
  await fc.assert(
    fc.asyncProperty(pixels, async (picture) => {
      const { data, info } = await sharp(encodePng(picture)).raw().toBuffer({ resolveWithObject: true });
      expect(info).toMatchObject({ width: picture.width, height: picture.height, channels: 3 });
      expect(data.equals(picture.rgb)).toBe(true);
    }),
    { numRuns: 30 },
  );
});
