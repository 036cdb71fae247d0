// The example lamp in a child process.
import { runChildHost } from '../child-host.ts';
import { createLampAdapter } from './lamp-adapter.ts';

runChildHost('lamp', createLampAdapter);
