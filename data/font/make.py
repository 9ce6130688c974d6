"""Makes dejavu-sans.ttf and glyphs.json; see README.md. Usage: python make.py DejaVuSans.ttf"""

import json
import sys

from fontTools.pens.svgPathPen import SVGPathPen
from fontTools.subset import Options, Subsetter, load_font, save_font

CHARACTERS = [
    *range(0x20, 0x7F),  # ASCII
    *range(0xA0, 0x180),  # Latin-1 and Latin Extended-A
    *range(0x370, 0x400),  # Greek
    *range(0x2010, 0x2016),  # hyphens and dashes
    *range(0x2018, 0x201F),  # quotation marks
    *range(0x2070, 0x209D),  # superscripts and subscripts
    *range(0x2190, 0x2196),  # arrows
    *map(ord, "†‡•…‰′″‹›⁄€ℓ™⅓⅔¼½¾"),
    *map(ord, "∂∆∇∈∉∏∑−∓∗∘∙√∝∞∥∧∨∩∪∫≈≠≡≤≥≪≫⊂⊆⊕⊗⊙⊥⋅"),
]

options = Options()
options.layout_features = []  # no kerning and no ligatures: a text is as wide as its characters
options.hinting = False
options.legacy_kern = False
options.notdef_outline = True
options.recalc_timestamp = False
options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
options.drop_tables += ["kern", "GSUB", "GPOS", "GDEF"]

font = load_font(sys.argv[1], options)
subsetter = Subsetter(options)
subsetter.populate(unicodes=CHARACTERS)
subsetter.subset(font)
save_font(font, "dejavu-sans.ttf", options)

glyphs = font.getGlyphSet()


def entry(name):
    pen = SVGPathPen(glyphs)
    glyphs[name].draw(pen)
    return [glyphs[name].width, pen.getCommands()]


table = {
    "unitsPerEm": font["head"].unitsPerEm,
    "missing": entry(".notdef"),
    "glyphs": {chr(code): entry(name) for code, name in sorted(font.getBestCmap().items())},
}
with open("glyphs.json", "w", encoding="utf-8") as file:
    lines = (f"{json.dumps(key, ensure_ascii=False)}: {json.dumps(value)}" for key, value in table["glyphs"].items())
    file.write(
        f'{{"unitsPerEm": {table["unitsPerEm"]},\n"missing": {json.dumps(table["missing"])},\n'
        f'"glyphs": {{\n{",".join(chr(10) + line for line in lines).lstrip()}\n}}}}\n'
    )
