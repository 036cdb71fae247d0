// A device that runs ESPHome, as the network sees it: it really speaks the published protocol, plain or encrypted, has
// the entities that it is given, does what it is told and tells its states; and it can be gone, asleep, slow, silent,
// or out of its mind.
// Spec: https://developers.esphome.io/architecture/api/protocol_details/, and api_frame_helper_noise.cpp.
import { createServer, type Server, type Socket } from 'node:net';
import { ANYWHERE, type Place } from '../../testing/faulty-server.ts';
import type { Fields } from '../library.ts';
import { applyCommand } from './entity-behaviour.ts';
import { answerHandshake, type Cipher } from './noise-responder.ts';
import { decode, encode, readVarint, varint, type WireMessage } from './wire.ts';

/** An entity of the device. */
export interface FakeEntity {
  /** Such as `Light`. */
  readonly kind: string;
  /** As in its `ListEntities…Response`; `key` is its place in the list from 1 where it is not given. */
  readonly fields: Fields;
  /** Its state's fields; absent: it has none, such as a button. */
  readonly state?: Fields;
}

/** What the device is. */
export interface FakeOptions {
  readonly name?: string;
  readonly friendlyName?: string;
  /** Such as `AC:BC:32:89:0E:A9`. */
  readonly mac?: string;
  /** 32 bytes in base64; absent: plain. */
  readonly key?: string;
  readonly password?: string;
  readonly apiMinor?: number;
  readonly apiMajor?: number;
  /** More of its `DeviceInfoResponse`. */
  readonly info?: Fields;
  readonly entities: readonly FakeEntity[];
  /** Where it listens; absent: on 127.0.0.1, at any port. */
  readonly place?: Place;
}

interface Connection {
  readonly socket: Socket;
  unread: Buffer;
  step: 'hello' | 'handshake' | 'open';
  send: Cipher | null;
  receive: Cipher | null;
  isSubscribed: boolean;
}

export class FakeEsphome {
  readonly commands: WireMessage[] = [];
  /** Answers to what it asked. */
  readonly heard: WireMessage[] = [];
  /** How often somebody connected. */
  connectionCount = 0;
  /** What can be wrong with it. */
  readonly fault: {
    isSilent: boolean;
    answerAfterMs: number;
    /** What becomes of each frame on its way out. */
    garbler: ((frame: Buffer) => Buffer) | null;
  } = { isSilent: false, answerAfterMs: 0, garbler: null };
  entities: readonly FakeEntity[];
  options: FakeOptions;
  #server: Server | null = null;
  #place: Place;
  readonly #connections = new Set<Connection>();
  readonly #states = new Map<number, Fields>();

  private constructor(options: FakeOptions) {
    this.options = options;
    this.entities = options.entities;
    this.#place = options.place ?? ANYWHERE;
    this.#setStates();
  }

  static async start(options: FakeOptions): Promise<FakeEsphome> {
    const device = new FakeEsphome(options);
    await device.comeBack();
    return device;
  }

  get port(): number {
    return this.#place.port;
  }

  get address(): string {
    return `${this.#place.host}:${this.#place.port}`;
  }

  get mac(): string {
    return this.options.mac ?? 'AC:BC:32:89:0E:A9';
  }

  /** Its node at the hub. */
  get node(): string {
    return this.mac.toLowerCase().replaceAll(':', '');
  }

  get isConnected(): boolean {
    return this.#connections.size > 0;
  }

  /** Flashes it with another configuration; whoever is connected is hung up on. */
  flash(options: Partial<FakeOptions>): void {
    this.options = { ...this.options, ...options };
    this.entities = this.options.entities;
    this.#setStates();
    this.hangUp();
  }

  /** A state of an entity. */
  stateOf(objectId: string): Fields {
    return this.#states.get(this.#keyOf(objectId)) ?? {};
  }

  /** An entity changes by itself, as by its own button, and tells it. */
  change(objectId: string, fields: Fields): void {
    const key = this.#keyOf(objectId);
    this.#states.set(key, { ...this.#states.get(key), ...fields });
    this.#tellState(key);
  }

  /** An event entity tells that this happened. */
  happen(objectId: string, eventType: string): void {
    const fields = { key: this.#keyOf(objectId), eventType };
    for (const connection of this.#connections) {
      if (connection.isSubscribed) this.#send(connection, { type: 'EventResponse', fields });
    }
  }

  /** Says this to all who are connected, whatever it means. */
  say(message: WireMessage): void {
    for (const connection of this.#connections) this.#send(connection, message);
  }

  /** Writes these bytes as they are; to encrypted connections as the content of a whole frame. */
  garble(bytes: Buffer): void {
    for (const { socket, send } of this.#connections) {
      socket.write(send === null ? bytes : framed(send.encrypt(bytes)));
    }
  }

  /** Writes these bytes as they are, encrypted or not. */
  garbleRaw(bytes: Buffer): void {
    for (const { socket } of this.#connections) socket.write(bytes);
  }

  /** Power is cut, as far as the network sees. */
  async goAway(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    this.hangUp();
    if (server !== null) await new Promise((resolve) => server.close(resolve));
  }

  /** Says goodbye and is gone until it comes back. */
  async sleep(): Promise<void> {
    this.say({ type: 'DisconnectRequest', fields: {} });
    await this.goAway();
  }

  async comeBack(): Promise<void> {
    const server = createServer((socket) => this.#connected(socket));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.#place.port, this.#place.host, resolve);
    });
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    this.#place = { ...this.#place, port };
    this.#server = server;
  }

  hangUp(): void {
    for (const { socket } of this.#connections) socket.destroy();
    this.#connections.clear();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.goAway();
  }

  #setStates(): void {
    this.#states.clear();
    for (const [at, { state, fields }] of this.entities.entries()) {
      const key = typeof fields.key === 'number' ? fields.key : at + 1;
      if (state !== undefined) this.#states.set(key, state);
    }
  }

  #keyOf(objectId: string): number {
    const at = this.entities.findIndex(({ fields }) => fields.objectId === objectId);
    const key = this.entities[at]?.fields.key;
    if (at < 0) throw new Error(`There is no entity ${objectId}`);
    return typeof key === 'number' ? key : at + 1;
  }

  #connected(socket: Socket): void {
    this.connectionCount += 1;
    socket.setNoDelay(true);
    socket.on('error', () => {});
    const connection: Connection = {
      socket,
      unread: Buffer.alloc(0),
      step: this.options.key === undefined ? 'open' : 'hello',
      send: null,
      receive: null,
      isSubscribed: false,
    };
    this.#connections.add(connection);
    socket.on('close', () => this.#connections.delete(connection));
    socket.on('data', (data) => {
      connection.unread = Buffer.concat([connection.unread, data]);
      if (!this.fault.isSilent) this.#read(connection);
    });
  }

  #read(connection: Connection): void {
    const { options } = this;
    while (connection.unread.length > 0 && !connection.socket.destroyed) {
      const isMine = connection.unread[0] === (options.key === undefined ? 0 : 1);
      if (!isMine) {
        this.#refuse(connection);
        return;
      }
      const frame = options.key === undefined ? plainFrame(connection) : noiseFrame(connection);
      if (frame === null) return;
      if (frame.message !== null) this.#answer(connection, frame.message);
      else if (frame.body !== null) this.#shake(connection, frame.body);
    }
  }

  #refuse({ socket }: Connection): void {
    const why = Buffer.from('Bad indicator byte');
    const isPlain = this.options.key === undefined;
    socket.end(
      isPlain
        ? Buffer.concat([Buffer.from([0]), why])
        : framed(Buffer.concat([Buffer.from([1]), why])),
    );
  }

  /** Both steps of the handshake. */
  #shake(connection: Connection, body: Buffer): void {
    const { key = '', name = 'fake' } = this.options;
    if (connection.step === 'hello') {
      const mac = this.mac.toLowerCase().replaceAll(':', '');
      connection.step = 'handshake';
      this.#write(connection, framed(Buffer.from(`\x01${name}\0${mac}\0`, 'latin1')));
      return;
    }
    try {
      const psk = Buffer.from(key, 'base64');
      const prologue = Buffer.from('NoiseAPIInit\0\0', 'latin1');
      const { answer, send, receive } = answerHandshake(body.subarray(1), psk, prologue);
      this.#write(connection, framed(Buffer.concat([Buffer.from([0]), answer])));
      Object.assign(connection, { step: 'open', send, receive });
    } catch {
      connection.socket.end(framed(Buffer.from('\x01Handshake MAC failure', 'latin1')));
    }
  }

  #answer(connection: Connection, message: WireMessage): void {
    const { answerAfterMs } = this.fault;
    if (answerAfterMs === 0) this.#act(connection, message);
    else setTimeout(() => this.#act(connection, message), answerAfterMs);
  }

  #act(connection: Connection, { type, fields }: WireMessage): void {
    const { options } = this;
    const reply = (answer: string, more: Fields = {}) =>
      this.#send(connection, { type: answer, fields: more });
    switch (type) {
      case 'HelloRequest':
        reply('HelloResponse', {
          apiVersionMajor: options.apiMajor ?? 1,
          apiVersionMinor: options.apiMinor ?? 12,
          serverInfo: 'fake',
          name: options.name ?? 'fake',
        });
        return;
      case 'AuthenticationRequest':
        reply('AuthenticationResponse', {
          invalidPassword: options.password !== undefined && fields.password !== options.password,
        });
        return;
      case 'DeviceInfoRequest':
        reply('DeviceInfoResponse', {
          usesPassword: options.password !== undefined,
          name: options.name ?? 'fake',
          friendlyName: options.friendlyName ?? '',
          macAddress: this.mac,
          esphomeVersion: '2025.9.1',
          model: 'esp32dev',
          manufacturer: 'Espressif',
          ...options.info,
        });
        return;
      case 'ListEntitiesRequest':
        for (const [at, entity] of this.entities.entries()) {
          reply(`ListEntities${entity.kind}Response`, { key: at + 1, ...entity.fields });
        }
        reply('ListEntitiesDoneResponse');
        return;
      case 'SubscribeStatesRequest':
        connection.isSubscribed = true;
        for (const key of this.#states.keys()) this.#tellState(key, connection);
        return;
      case 'PingRequest':
        reply('PingResponse');
        return;
      case 'DisconnectRequest':
        reply('DisconnectResponse');
        connection.socket.end();
        return;
    }
    if (type.endsWith('Response')) this.heard.push({ type, fields });
    if (type.endsWith('CommandRequest') || type === 'ExecuteServiceRequest') {
      this.#command({ type, fields });
    }
  }

  #command(command: WireMessage): void {
    this.commands.push(command);
    const key = Number(command.fields.key);
    const before = this.#states.get(key);
    if (before === undefined) return;
    this.#states.set(key, applyCommand(command, before));
    this.#tellState(key);
  }

  #tellState(key: number, only: Connection | null = null): void {
    const entity = this.entities.find(({ fields }, at) => (fields.key ?? at + 1) === key);
    const state = this.#states.get(key);
    if (entity === undefined || state === undefined) return;
    const { deviceId } = entity.fields;
    const fields = { key, ...(deviceId === undefined ? {} : { deviceId }), ...state };
    for (const connection of only === null ? this.#connections : [only]) {
      if (!connection.isSubscribed) continue;
      this.#send(connection, { type: `${entity.kind}StateResponse`, fields });
    }
  }

  #write({ socket }: Connection, frame: Buffer): void {
    socket.write(this.fault.garbler?.(frame) ?? frame);
  }

  #send(connection: Connection, message: WireMessage): void {
    const { socket, send, step } = connection;
    if (step !== 'open' || socket.destroyed) return;
    const { id, body } = encode(message);
    if (send === null) {
      const header = [Buffer.from([0]), varint(body.length), varint(id)];
      this.#write(connection, Buffer.concat([...header, body]));
      return;
    }
    const header = Buffer.alloc(4);
    header.writeUInt16BE(id, 0);
    header.writeUInt16BE(body.length, 2);
    this.#write(connection, framed(send.encrypt(Buffer.concat([header, body]))));
  }
}

/** A frame of an encrypted device: 1, two bytes of length, content. */
function framed(content: Buffer): Buffer {
  const header = Buffer.from([1, content.length >> 8, content.length & 0xff]);
  return Buffer.concat([header, content]);
}

/** What one frame held: a message, or a step of the handshake. */
interface Frame {
  readonly message: WireMessage | null;
  readonly body: Buffer | null;
}

function plainFrame(connection: Connection): Frame | null {
  const { unread } = connection;
  const size = readVarint(unread, 1);
  const id = size && readVarint(unread, size.end);
  if (size === null || id === null || unread.length < id.end + size.value) return null;
  connection.unread = unread.subarray(id.end + size.value);
  return { message: decode(id.value, unread.subarray(id.end, id.end + size.value)), body: null };
}

function noiseFrame(connection: Connection): Frame | null {
  const { unread, receive } = connection;
  if (unread.length < 3) return null;
  const end = 3 + unread.readUInt16BE(1);
  if (unread.length < end) return null;
  connection.unread = unread.subarray(end);
  const content = unread.subarray(3, end);
  if (receive === null) return { message: null, body: content };
  const plain = receive.decrypt(content);
  const body = plain.subarray(4, 4 + plain.readUInt16BE(2));
  return { message: decode(plain.readUInt16BE(0), body), body: null };
}
