// A client of the hub's live stream, as the page is one: each event with the time at which it came. It ends without a
// word when the hub is killed.
import type { EventDataJson } from '../../hub/api/event-shapes.ts';

export type LiveMessage = {
  [Kind in keyof EventDataJson]: {
    readonly kind: Kind;
    readonly data: EventDataJson[Kind];
    readonly atMs: number;
  };
}[keyof EventDataJson];

/** Resolves once the stream is open; calls back from then on. @throws Error when the hub refuses or is gone */
export async function openLiveStream(
  url: string,
  token: string,
  heard: (message: LiveMessage) => void,
): Promise<void> {
  const response = await fetch(`${url}/api/events?topics=devices,scenes,notifications`, {
    headers: { Authorization: `Bearer ${token}` },
  });
  const { body } = response;
  if (response.status !== 200 || body === null) {
    throw new Error(`the live stream answered ${response.status}: ${await response.text()}`);
  }
  void read(body, heard).catch(() => {
    // The hub was killed: what it still had to say nobody heard.
  });
}

async function read(
  body: ReadableStream<Uint8Array>,
  heard: (message: LiveMessage) => void,
): Promise<void> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of body) {
    text += decoder.decode(chunk, { stream: true });
    const events = text.split('\n\n');
    text = events.pop() ?? '';
    for (const event of events) {
      const kind = /^event: (.*)$/m.exec(event)?.[1];
      const data = /^data: (.*)$/m.exec(event)?.[1];
      if (kind === undefined || data === undefined) continue;
      heard({ kind, data: JSON.parse(data), atMs: Date.now() } as LiveMessage);
    }
  }
}
