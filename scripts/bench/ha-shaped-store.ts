// A recorder as Home Assistant's: its tables of states with their indexes, its pragmas, a commit every 5 s. A process
// of its own, so that the kernel counts its writes; prints them as one line of JSON.
// Source: home-assistant/core homeassistant/components/recorder/db_schema.py (schema 50), util.py (pragmas).
import { randomBytes } from 'node:crypto';
import Database from 'better-sqlite3';
import { pendingCheckpointBytes } from './pending-checkpoint.ts';
import { writtenBytes } from './process.ts';
import { wander } from './radio/load.ts';

const SCHEMA = `
CREATE TABLE states_meta (metadata_id INTEGER PRIMARY KEY, entity_id VARCHAR(255));
CREATE UNIQUE INDEX ix_states_meta_entity_id ON states_meta (entity_id);
CREATE TABLE state_attributes (attributes_id INTEGER PRIMARY KEY, hash BIGINT, shared_attrs TEXT);
CREATE INDEX ix_state_attributes_hash ON state_attributes (hash);
CREATE TABLE states (
  state_id INTEGER PRIMARY KEY, entity_id CHAR(0), state VARCHAR(255), attributes CHAR(0), event_id SMALLINT,
  last_changed CHAR(0), last_changed_ts FLOAT, last_reported_ts FLOAT, last_updated CHAR(0), last_updated_ts FLOAT,
  old_state_id INTEGER REFERENCES states (state_id), attributes_id INTEGER REFERENCES state_attributes (attributes_id),
  context_id CHAR(0), context_user_id CHAR(0), context_parent_id CHAR(0), origin_idx SMALLINT, context_id_bin BLOB,
  context_user_id_bin BLOB, context_parent_id_bin BLOB, metadata_id INTEGER REFERENCES states_meta (metadata_id)
);
CREATE INDEX ix_states_attributes_id ON states (attributes_id);
CREATE INDEX ix_states_context_id_bin ON states (context_id_bin);
CREATE INDEX ix_states_last_updated_ts ON states (last_updated_ts);
CREATE INDEX ix_states_metadata_id_last_updated_ts ON states (metadata_id, last_updated_ts);
CREATE INDEX ix_states_old_state_id ON states (old_state_id);
`;
const START_SECONDS = 1_780_000_000;

interface Arguments {
  readonly file: string;
  readonly entities: number;
  readonly samplesBefore: number;
  readonly samples: number;
  readonly samplesPerCommit: number;
}

/** A time-ordered 16-byte id, as its contexts have. */
function contextId(seconds: number): Buffer {
  const id = randomBytes(16);
  id.writeUIntBE(Math.round(seconds * 1_000), 0, 6);
  return id;
}

function run({ file, entities, samplesBefore, samples, samplesPerCommit }: Arguments): void {
  const database = new Database(file);
  database.pragma('journal_mode = WAL');
  database.pragma('cache_size = -16384');
  database.pragma('synchronous = NORMAL');
  database.pragma('foreign_keys = ON');
  database.exec(SCHEMA);
  const addEntity = database.prepare('INSERT INTO states_meta VALUES (?, ?)');
  const addAttributes = database.prepare('INSERT INTO state_attributes VALUES (?, ?, ?)');
  for (let id = 1; id <= entities; id++) {
    addEntity.run(id, `sensor.thermometer_${id}_temperature`);
    const attributes = {
      state_class: 'measurement',
      unit_of_measurement: '°C',
      device_class: 'temperature',
      friendly_name: `Thermometer ${id} Temperature`,
    };
    addAttributes.run(id, id * 2_654_435_761, JSON.stringify(attributes));
  }
  const add = database.prepare(
    `INSERT INTO states (state_id, state, last_updated_ts, old_state_id, attributes_id, origin_idx, context_id_bin,
     metadata_id) VALUES (?, ?, ?, ?, ?, 0, ?, ?)`,
  );
  const last = new Map<number, number>();
  let stateId = 0;
  let seconds = START_SECONDS;
  const commit = database.transaction((count: number) => {
    for (let k = 0; k < count; k++) {
      stateId += 1;
      seconds += 5 / samplesPerCommit;
      const entity = (stateId % entities) + 1;
      const value = String(wander(stateId, entity));
      add.run(
        stateId,
        value,
        seconds,
        last.get(entity) ?? null,
        entity,
        contextId(seconds),
        entity,
      );
      last.set(entity, stateId);
    }
  });
  const commits = (total: number) => {
    for (let done = 0; done < total; done += samplesPerCommit) commit(samplesPerCommit);
  };
  commits(samplesBefore);
  database.pragma('wal_checkpoint(TRUNCATE)');
  const before = writtenBytes([process.pid]);
  commits(samples);
  const after = writtenBytes([process.pid]);
  const pendingBytes = pendingCheckpointBytes(file);
  process.stdout.write(`${JSON.stringify({ before, after, pendingBytes })}\n`);
  database.close();
}

run(JSON.parse(process.argv[2] ?? '{}'));
