// The stream's format, cut into pieces at every place.
import { expect, test } from 'vitest';
import { readEvents, type StreamEvent } from './server-sent-events.ts';

const STREAM =
  ': hello\n\nid: 7\nevent: change\ndata: {"name":"走廊灯"}\n\nid:8\r\ndata: a\r\ndata:b\r\n\r\nevent: run\rdata\r\rdata: cut';

async function read(pieces: readonly Uint8Array[]): Promise<StreamEvent[]> {
  const events: StreamEvent[] = [];
  for await (const event of readEvents(ReadableStream.from(pieces))) events.push(event);
  return events;
}

test('events come out whole, wherever the bytes are cut; a torn last one does not', async () => {
  const bytes = new TextEncoder().encode(STREAM);
  const expected = [
    { id: '7', event: 'change', data: '{"name":"走廊灯"}' },
    { id: '8', event: 'message', data: 'a\nb' },
    { id: '8', event: 'run', data: '' },
  ];
  for (let at = 0; at <= bytes.length; at += 1) {
    expect(await read([bytes.slice(0, at), bytes.slice(at)])).toEqual(expected);
  }
  expect(await read([...bytes].map((byte) => Uint8Array.of(byte)))).toEqual(expected);
});
