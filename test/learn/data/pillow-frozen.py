"""Makes pillow-frozen.json: small images of many formats, and their pixels as Pillow reads them.

python3 test/learn/data/pillow-frozen.py > test/learn/data/pillow-frozen.json    (needs pillow and numpy)
"""

import base64
import io
import json
import struct

import numpy as np
import PIL
from PIL import Image

images = []


def add(name, file):
    pixels = np.asarray(Image.open(io.BytesIO(file)).convert("RGB"))
    images.append(
        {
            "name": name,
            "file": base64.b64encode(file).decode(),
            "shape": list(pixels.shape),
            "pixels": " ".join(map(str, pixels.ravel().tolist())),
        }
    )


def saved(image, form, **options):
    file = io.BytesIO()
    image.save(file, format=form, **options)
    return file.getvalue()


def turned(orientation):
    exif = Image.Exif()
    exif[0x112] = orientation
    return exif


def bmp(width, height, bits, rows, masks=b"", palette=b"", colours=0):
    """An uncompressed BMP with the usual header of 40 bytes, or with masks of red, green and blue."""
    compression = 3 if masks else 0
    start = 54 + len(masks) + len(palette)
    return (
        b"BM"
        + struct.pack("<IHHI", start + len(rows), 0, 0, start)
        + struct.pack("<IiiHHIIiiII", 40, width, height, 1, bits, compression, 0, 0, 0, colours, 0)
        + masks
        + palette
        + rows
    )


def os2_bmp(width, height, bits, rows, palette):
    start = 26 + len(palette)
    header = struct.pack("<IHHI", start + len(rows), 0, 0, start) + struct.pack("<IHHHH", 12, width, height, 1, bits)
    return b"BM" + header + palette + rows


def rows_of_16_bits(values, width):
    rows = b""
    for start in range(0, len(values), width):
        row = struct.pack(f"<{width}H", *values[start : start + width])
        rows += row + b"\0" * (-len(row) % 4)
    return rows


rgb = Image.fromarray((np.arange(18) * 13 % 256).astype("uint8").reshape(2, 3, 3))
gray = Image.fromarray((np.arange(15) * 17).astype("uint8").reshape(3, 5))
three_colours = bytes([1, 2, 3, 0, 40, 50, 60, 0, 250, 128, 7, 0])

for orientation in range(1, 9):
    add(f"TIFF of orientation {orientation}", saved(rgb, "TIFF", exif=turned(orientation)))
for orientation in (3, 6):
    add(f"PNG of orientation {orientation}", saved(rgb, "PNG", exif=turned(orientation)))
    add(f"WebP of orientation {orientation}", saved(rgb, "WEBP", exif=turned(orientation), lossless=True))
    add(f"JPEG of orientation {orientation}", saved(rgb, "JPEG", exif=turned(orientation), subsampling=0))
add("BMP of 24 bits", saved(rgb, "BMP"))
add("BMP of 32 bits", saved(rgb.convert("RGBA"), "BMP"))
add("BMP of gray", saved(gray, "BMP"))
add("BMP with a palette of 8 bits", saved(rgb.quantize(6), "BMP"))
add("BMP with a palette of 4 bits", bmp(3, 2, 4, b"\x01\x20\0\0\x21\0\0\0", palette=three_colours, colours=3))
add("BMP of 1 bit", saved(gray.point(lambda value: 255 * (value % 2)).convert("1"), "BMP"))
add("BMP of OS/2", os2_bmp(3, 1, 8, b"\0\1\2\0", bytes([1, 2, 3, 40, 50, 60, 250, 128, 7]) + bytes(3 * 253)))
add("BMP of 16 bits", bmp(3, 2, 16, rows_of_16_bits([0, 0x7FFF, 0x1234, 0x5A5A, 0x421, 0x7C00], 3)))
add(
    "BMP of 16 bits with masks, the upper row first",
    bmp(
        *(3, -2, 16, rows_of_16_bits([0xFFFF, 0xF800, 0x7E0, 0x1F, 0xABCD, 0x8410], 3)),
        masks=struct.pack("<III", 0xF800, 0x7E0, 0x1F),
    ),
)
add(
    "BMP of 32 bits with masks",
    bmp(
        *(2, 1, 32, struct.pack("<II", 0x11223344, 0xFEDCBA98)),
        masks=struct.pack("<III", 0xFF000000, 0xFF0000, 0xFF00),
    ),
)
add("PPM", saved(rgb, "PPM"))
add("PGM", saved(gray, "PPM"))
add(
    "PPM of maximum 10, with comments",
    b"P6 # a comment\n# another\n3 2\n10\n" + bytes([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 0, 3, 5, 7, 9, 1, 10]),
)
add("PPM of 16 bits", b"P6\n2 1\n1000\n" + struct.pack(">6H", 0, 1, 499, 500, 999, 1000))
add("PGM of maximum 15", b"P5\n4 1\n15\n" + bytes([0, 1, 8, 15]))
add("PGM in decimal", b"P2\n# a comment\n3 1 7\n0 3 # another\n7\n")
add("PPM in decimal", b"P3 2 1 255\n1 2 3\n250 251 252")

print(json.dumps({"madeBy": f"pillow-frozen.py, with Pillow {PIL.__version__}", "images": images}, indent=2))
