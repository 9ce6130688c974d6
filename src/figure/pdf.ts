import PDFDocument from 'pdfkit';
import { type Circle, type Drawing, type Mark, type Path, rounded, type Text } from './draw/drawing.ts';
import { fontFile, widthOf } from './draw/font.ts';
import { encodePng } from './encode-png.ts';

/**
 * A drawing as a PDF file of one page, with its font. Its date is the beginning of 1970. Only images are compressed, by
 * encodePng, because zlib gives other bytes with other versions.
 */
export async function toPdf(drawing: Drawing): Promise<Uint8Array> {
  const { width, height, title, description, marks } = drawing;
  const info = {
    Title: title,
    Subject: description,
    Producer: 'retable',
    Creator: 'retable',
    CreationDate: new Date(0),
  };
  const document = new PDFDocument({
    size: [width, height],
    margin: 0,
    compress: false,
    font: fontFile,
    info,
  });
  const parts: Buffer[] = [];
  const ended = new Promise((resolve, reject) => {
    document.on('data', (part: Buffer) => parts.push(part));
    document.on('end', resolve);
    document.on('error', reject);
  });
  document.rect(0, 0, width, height).fill('#ffffff');
  for (const mark of marks) draw(document, mark);
  document.end();
  await ended;
  return Buffer.concat(parts);
}

function draw(document: PDFKit.PDFDocument, mark: Mark): void {
  switch (mark.mark) {
    case 'path': {
      for (const [i, [x, y]] of mark.places.entries()) {
        if (i === 0) document.moveTo(rounded(x), rounded(y));
        else document.lineTo(rounded(x), rounded(y));
      }
      if (mark.closed) document.closePath();
      paint(document, mark);
      break;
    }
    case 'circle':
      document.circle(rounded(mark.centre[0]), rounded(mark.centre[1]), rounded(mark.radius));
      paint(document, mark);
      break;
    case 'text':
      write(document, mark);
      break;
    case 'raster': {
      const { left, top, width, height } = mark.box;
      const size = { width: rounded(width), height: rounded(height) };
      document.image(Buffer.from(encodePng(mark.picture)), rounded(left), rounded(top), size);
    }
  }
}

/** Fills and strokes the path that was just described. */
function paint(document: PDFKit.PDFDocument, { line, fill }: Path | Circle): void {
  document.save();
  if (line) {
    document.lineWidth(line.width).lineJoin('round');
    // The library has no method for more than one dash and gap.
    if (line.dashes) document.addContent(`[${line.dashes.join(' ')}] 0 d`);
  }
  if (fill) document.fillOpacity(fill.opacity ?? 1);
  if (line && fill) document.fillAndStroke(fill.colour, line.colour);
  else if (fill) document.fill(fill.colour);
  else if (line) document.stroke(line.colour);
  document.restore();
}

function write(document: PDFKit.PDFDocument, { at, words, size, anchor, colour, upwards }: Text): void {
  if (words === '') return;
  const width = widthOf(words, size);
  const back = anchor === 'start' ? 0 : anchor === 'middle' ? width / 2 : width;
  const [x, y] = [rounded(at[0]), rounded(at[1])];
  document.save();
  if (upwards) document.rotate(-90, { origin: [x, y] });
  document.fillColor(colour).fontSize(size);
  document.text(words, rounded(x - back), y, { lineBreak: false, baseline: 'alphabetic' });
  document.restore();
}
