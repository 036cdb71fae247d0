// Preloaded into the peers' processes: turns Nagle's algorithm off on every TCP socket. Without it an mqtt.js hop was
// seen to sit in an 11 ms rhythm, which would make any comparison look good.
import net from 'node:net';

const connect = net.Socket.prototype.connect;

net.Socket.prototype.connect = function connectWithoutDelay(this: net.Socket, ...args: unknown[]) {
  this.setNoDelay(true);
  return Reflect.apply(connect, this, args);
} as typeof connect;
