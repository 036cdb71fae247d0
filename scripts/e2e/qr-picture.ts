// A printed code as a camera sees it: as a photo, and as a film of a fake camera of Chromium.
import { deflateSync } from 'node:zlib';
import { generate } from 'lean-qr';

const MARGIN = 4;

/** Rows of grey pixels, black on white with a margin: `side` squared. */
function greyOf(text: string, scale: number): { readonly side: number; readonly rows: Buffer[] } {
  const code = generate(text);
  const side = (code.size + 2 * MARGIN) * scale;
  const rows = Array.from({ length: side }, (_, y) => {
    const row = Buffer.alloc(side, 0xff);
    for (let x = 0; x < side; x++) {
      const [column = -1, line = -1] = [x, y].map((at) => Math.floor(at / scale) - MARGIN);
      if (code.get(column, line)) row[x] = 0;
    }
    return row;
  });
  return { side, rows };
}

/** A photo of a code. Spec: PNG (ISO 15948) § 5, § 11. */
export function pictureOf(text: string): Buffer {
  const { side, rows } = greyOf(text, 8);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header.set([8, 0, 0, 0, 0], 8);
  const unfiltered = rows.map((row) => Buffer.concat([Buffer.of(0), row]));
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    ...[
      ['IHDR', header] as const,
      ['IDAT', deflateSync(Buffer.concat(unfiltered))] as const,
      ['IEND', Buffer.alloc(0)] as const,
    ].map(([name, content]) => chunk(name, content)),
  ]);
}

function chunk(name: string, content: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(name, 'latin1'), content]);
  const whole = Buffer.alloc(body.length + 8);
  whole.writeUInt32BE(content.length, 0);
  body.copy(whole, 4);
  let crc = 0xffff_ffff;
  for (const byte of body) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb8_8320 : crc >>> 1;
  }
  whole.writeUInt32BE(~crc >>> 0, body.length + 4);
  return whole;
}

const [WIDTH, HEIGHT] = [640, 480];

/** A film in which the code is held still before the camera: YUV4MPEG2, which Chromium plays over and over. */
export function filmOf(text: string): Buffer {
  const { side, rows } = greyOf(text, 6);
  const [left, top] = [(WIDTH - side) >> 1, (HEIGHT - side) >> 1];
  if (left < 0 || top < 0) throw new Error(`"${text}" does not fit into the film`);
  const luma = Buffer.alloc(WIDTH * HEIGHT, 0xff);
  for (const [y, row] of rows.entries()) luma.set(row, (top + y) * WIDTH + left);
  const frame = Buffer.concat([
    Buffer.from('FRAME\n'),
    luma,
    Buffer.alloc((WIDTH * HEIGHT) / 2, 0x80),
  ]);
  const header = Buffer.from(`YUV4MPEG2 W${WIDTH} H${HEIGHT} F10:1 Ip A1:1 C420jpeg\n`);
  return Buffer.concat([header, frame, frame]);
}

/** Arguments of a Chromium whose only camera sees the film of a file, and whose owner allows it. */
export function cameraArguments(film: string): readonly string[] {
  return [
    '--use-fake-device-for-media-stream',
    '--use-fake-ui-for-media-stream',
    `--use-file-for-fake-video-capture=${film}`,
  ];
}
