// Reads a server-sent event stream from fetch: lines to events, across any split of the bytes.
// Spec: WHATWG HTML § 9.2.6 "Interpreting an event stream".

/** One event; `id` is the last id seen, as a resume needs it. */
export interface StreamEvent {
  readonly event: string;
  readonly data: string;
  readonly id: string;
}

/** A line of the feed is a JSON object of a few kilobytes; one that never ends is not our feed. */
const LINE_CHARACTERS_MAX = 16 * 1024 * 1024;

/** The events of a body as they come; ends when the body ends. */
export async function* readEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<StreamEvent> {
  const decoder = new TextDecoder();
  let rest = '';
  let id = '';
  let event = '';
  let data: string[] = [];
  for await (const chunk of body) {
    rest += decoder.decode(chunk, { stream: true });
    // A CR at the very end may be the first half of a CRLF.
    const ready = rest.endsWith('\r') ? rest.slice(0, -1) : rest;
    const lines = ready.split(/\r\n|\n|\r/);
    rest = (lines.pop() ?? '') + rest.slice(ready.length);
    if (rest.length > LINE_CHARACTERS_MAX) throw new Error('an event of the feed has no end');
    for (const line of lines) {
      if (line === '') {
        if (data.length > 0) yield { event: event || 'message', data: data.join('\n'), id };
        event = '';
        data = [];
        continue;
      }
      const colon = line.indexOf(':');
      const field = colon === -1 ? line : line.slice(0, colon);
      const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '');
      if (field === 'data') data.push(value);
      else if (field === 'event') event = value;
      else if (field === 'id' && !value.includes('\0')) id = value;
    }
  }
}
