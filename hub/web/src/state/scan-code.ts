// Codes in pictures, found by a decoder that the hub serves itself. Loaded only when somebody reads one.

import wasmAddress from 'virtual:scanner-wasm';
import { BarcodeDetector, prepareZXingModule } from 'barcode-detector/ponyfill';

prepareZXingModule({
  overrides: {
    locateFile: (name: string, folder: string) =>
      name.endsWith('.wasm') ? wasmAddress : folder + name,
  },
});

const detector = new BarcodeDetector();
/** A photo of 12 megapixels is made smaller: a code in it stays readable, and a phone keeps its memory. */
const SIDE_MAX = 2_000;

/** The texts of all codes in a picture, the clearest first. @throws where the file is no picture */
export async function codesInPhoto(photo: Blob): Promise<string[]> {
  const whole = await createImageBitmap(photo);
  const scale = Math.min(1, SIDE_MAX / Math.max(whole.width, whole.height));
  const small =
    scale === 1
      ? whole
      : await createImageBitmap(whole, {
          resizeWidth: Math.round(whole.width * scale),
          resizeHeight: Math.round(whole.height * scale),
          resizeQuality: 'high',
        });
  try {
    const found = await detector.detect(small);
    return found.length > 0 || small === whole
      ? found.map(({ rawValue }) => rawValue)
      : (await detector.detect(whole)).map(({ rawValue }) => rawValue);
  } finally {
    whole.close();
    small.close();
  }
}

/** The texts of the codes that a camera sees now. */
export async function codesInVideo(video: HTMLVideoElement): Promise<string[]> {
  return (await detector.detect(video)).map(({ rawValue }) => rawValue);
}
