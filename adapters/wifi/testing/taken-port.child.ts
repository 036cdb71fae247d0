// A process in a network namespace of its own in which another program keeps the port of mDNS to itself: says on its
// output what a search ends with.
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { toProblem } from '../../../hub/model/errors.ts';
import { findServices } from '../finder.ts';

const other = createSocket('udp4');
other.bind(5_353, '0.0.0.0');
await once(other, 'listening');
const ignored = () => {};
const problem = await findServices('lo', ['shelly'], ignored, ignored).then(() => null, toProblem);
process.stdout.write(JSON.stringify(problem));
other.close();
