// What runs first: starts the threads that the home needed last time, and loads main while they load.
import { startEarlyThreads } from './threads/early-threads.ts';

process.env.TZ = 'UTC';
startEarlyThreads(process.argv.slice(2), process.env);
await import('./main.ts');
