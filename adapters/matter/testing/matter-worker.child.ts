// The Matter worker inside a process that a test has put into a network namespace: what the test says to the worker
// over the process's channel is passed on, and what the worker says comes back.
import type { CoreLine, HostLine } from '../../contract/scripted-hub.ts';
import { inWorker } from '../../contract/scripted-hub.ts';
import type { FromRelay, ToRelay } from './relay-message.ts';

const say = (message: FromRelay): void => {
  process.send?.(message);
};

let core: CoreLine | null = null;
const line: HostLine = inWorker(new URL('../matter.worker.ts', import.meta.url))(
  (message) => say({ from: 'main', message }),
  (code) => say({ from: 'exit', code }),
);

process.on('message', (message: ToRelay) => {
  switch (message.to) {
    case 'host':
      line.toHost(message.message);
      return;
    case 'connect':
      void line
        .connectCore((batch) => say({ from: 'core', batch }))
        .then((connected) => {
          core = connected;
          say({ from: 'connected' });
        });
      return;
    case 'core':
      core?.send(message.message);
      return;
    case 'disconnect':
      core?.close();
      return;
    case 'kill':
      void line.kill();
  }
});
process.once('disconnect', () => process.exit(0));
