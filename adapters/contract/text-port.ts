// The line between the core and an adapter in a worker: JSON text over a MessagePort, several messages at once. For
// objects of this shape V8 writes and reads JSON in a third of the time of a structured clone, and each message
// wakes a thread.
import type { MessagePort } from 'node:worker_threads';

/** One end of such a line. */
export interface TextPort<Out> {
  /** What is posted within one turn goes together, at its end. */
  postMessage(message: Out): void;
  close(): void;
}

/** Takes the port over; `take` gets what the other end, made by this same function, sends, in order. */
export function textPort<In, Out>(port: MessagePort, take: (message: In) => void): TextPort<Out> {
  let waiting: Out[] = [];
  const flush = (): void => {
    const messages = waiting;
    waiting = [];
    if (messages.length > 0) port.postMessage(JSON.stringify(messages));
  };
  port.on('message', (text: string) => {
    // The border: what the other end of this same file has written.
    for (const message of JSON.parse(text) as readonly In[]) take(message);
  });
  return {
    postMessage(message) {
      if (waiting.push(message) === 1) queueMicrotask(flush);
    },
    close() {
      flush();
      port.close();
    },
  };
}
