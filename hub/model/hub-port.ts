// What the hub offers to its front doors (the HTTP API, later MQTT and the Matter bridge): the live view,
// requests to the core, the household's edits, jobs, reads. hub/main.ts builds it; hub/api uses nothing else.

import type {
  AccountList,
  AdapterNotice,
  AdapterState,
  LogLevel,
  NewAccount,
} from './adapter-port.ts';
import type { Backups } from './backup.ts';
import type { Cause } from './cause.ts';
import type { ClockState, Instant } from './clock.ts';
import type { CommandBody, CommandRecord, CommandState } from './command.ts';
import type { OutEvent, SourceInput } from './core-port.ts';
import type { DeviceLive, DeviceRecord } from './device.ts';
import type { InputProblem, Problem } from './errors.ts';
import type { Firmware } from './firmware.ts';
import type {
  CredentialRecord,
  HomeRecord,
  Language,
  MemberRecord,
  NotificationRecord,
  RoomRecord,
  SceneRecord,
  TokenRecord,
} from './home.ts';
import type { HomeValueKey, HomeValueRecord } from './home-values.ts';
import type {
  AdapterId,
  CommandId,
  DeviceId,
  JobId,
  MemberId,
  NodeAddress,
  NotificationId,
  RoomId,
  RunId,
  SceneId,
  TokenId,
} from './identifiers.ts';
import type { Job } from './job.ts';
import type { MatterBridge } from './matter-bridge.ts';
import type { MatterNodesPort } from './matter-node.ts';
import type { MovingIn } from './moving-in.ts';
import type { AccountRights, FoundDevice, SharingChange, SharingView } from './mqtt.ts';
import type { NodeLinksPort } from './node-links.ts';
import type { Vendors } from './open-interface.ts';
import type { Outbound, OutboundChange, OutboundSettings } from './outbound.ts';
import type { OwnAdapters } from './own-adapter.ts';
import type { PropertyValue } from './properties.ts';
import type { Provisioning } from './provisioning.ts';
import type { RadioCare } from './radio-care.ts';
import type { Replacement } from './replacement.ts';
import type { RunTrace } from './run.ts';
import type { SceneDifference } from './scene-language-port.ts';
import type {
  BoundTemplate,
  CheckedTemplate,
  TemplateBindings,
  TemplateBrief,
  TemplateView,
  UsedTemplate,
} from './scene-templates-port.ts';
import type { HomeContents, JobCalls, StoreCalls } from './store-port.ts';
import type { Sync, SyncCategory, SyncConsent } from './sync-port.ts';
import type { VendorAdapters } from './vendor-adapter.ts';
import type { Words } from './words.ts';

/** A device with its live state, as lists show it. */
export interface DeviceView {
  readonly record: DeviceRecord;
  readonly live: DeviceLive;
  /** Firmware that the hub has and that is newer than what the device runs, as people read it. */
  readonly newFirmware?: string | null;
  /** Why it is gone, where the way through its mesh tells: the router that it hung on. */
  readonly offlineCause?: { readonly router: DeviceId; readonly text: Words } | null;
}

/** A scene as the API shows it: text with handles, its sentences, its last run. */
export interface SceneView {
  readonly record: SceneRecord;
  /** YAML with the devices' present handles. */
  readonly text: string;
  readonly sentence: { readonly en: string; readonly zh: string };
  /** Where it belongs, as its file says; null: to the whole home. */
  readonly room: RoomId | null;
  /** Devices that it names, sorted. */
  readonly devices: readonly DeviceId[];
  /** It has no trigger: somebody taps it. */
  readonly isOneTap: boolean;
  /** What keeps it from running, such as a device that is gone; null when it can run. */
  readonly problem: Problem | null;
  readonly lastRun: RunTrace | null;
  /** Next time-of-day trigger, wall milliseconds; null without one. */
  readonly nextAtMs: number | null;
}

/** Who is asking; decided once by the API's root and handed on. */
export interface Actor {
  readonly member: MemberRecord | null;
  readonly cause: Cause;
}

/** An event of the live feed. `id` rises by one or more with each event, over restarts too. */
export interface LiveEvent {
  readonly id: number;
  readonly topic: 'devices' | 'scenes' | 'jobs' | 'notifications' | 'home';
  readonly body:
    | OutEvent
    | { readonly kind: 'job'; readonly job: Job }
    | {
        readonly kind: 'home';
        readonly what: 'home' | 'rooms' | 'devices' | 'scenes' | 'members' | 'health';
      };
}

/** Live events with a ring of the last 5,000 for resuming. */
export interface LiveFeed {
  readonly lastId: number;
  /** Events after `id`, or null when the ring does not reach back that far. */
  since(id: number): readonly LiveEvent[] | null;
  /** Calls back with the events of each tick; returns the way to stop. */
  subscribe(listener: (events: readonly LiveEvent[]) => void): () => void;
}

/** State of one thread or process of the hub. */
export interface PartHealth {
  readonly name: string;
  /** `hanging`: it has been silent for so long that it is ended and started again unless it answers soon. */
  readonly state: 'starting' | 'running' | 'hanging' | 'restarting' | 'stopped' | 'failed';
  readonly since: Instant;
  readonly restarts: number;
  readonly rssBytes: number | null;
  readonly problem: Problem | null;
}

export interface AdapterHealth {
  readonly id: AdapterId;
  readonly state: AdapterState;
  readonly sinceMs: number;
  readonly restarts: number;
  /** What a person should know though it works; absent: nothing. */
  readonly notices?: readonly AdapterNotice[];
}

export interface HealthReport {
  readonly ready: boolean;
  /** What is not ready yet, in words; empty when ready. */
  readonly waitingFor: readonly string[];
  readonly version: string;
  readonly startedAtMs: number;
  readonly clock: ClockState;
  readonly parts: readonly PartHealth[];
  readonly adapters: readonly AdapterHealth[];
  /** In the demo: how many of its devices are in the home. Null in a real home. */
  readonly demo: { readonly devices: number; readonly of: number } | null;
  /** Faults that a person should see, worst first, each with what to do, in both languages. */
  readonly notices: readonly {
    readonly severity: 'warning' | 'fault';
    readonly about: string;
    readonly text: { readonly en: string; readonly zh: string };
  }[];
}

/** A scene that is to be saved: a new one (`id` null) or a new version. */
export interface SceneWish {
  readonly id: SceneId | null;
  readonly text: string;
  /** The version that was edited; null: whatever is there. */
  readonly version: number | null;
  readonly enabled?: boolean;
  /** Whether its runs are only shown; absent: as before. */
  readonly shadow?: boolean;
}

/** Edits of what is declared beside the devices: people, variables, inputs, calendars, zones. */
export interface ValueEdits {
  /** All that is declared, members as people too, sorted by key. */
  homeValues(): readonly HomeValueRecord[];
  addHomeValue(
    value: {
      readonly kind: HomeValueRecord['kind'];
      readonly name: string;
      /** Absent: made of the name. */
      readonly handle?: string;
      readonly shape: Partial<Pick<HomeValueRecord, 'type' | 'values' | 'unit' | 'min' | 'max'>>;
      readonly initial?: HomeValueRecord['initial'];
      readonly topic?: string | null;
    },
    actor: Actor,
  ): Promise<HomeValueRecord>;
  setHomeValueRecord(
    id: HomeValueKey,
    change: Partial<Pick<HomeValueRecord, 'name' | 'values' | 'unit' | 'min' | 'max' | 'topic'>>,
    version: number | null,
    actor: Actor,
  ): Promise<HomeValueRecord>;
  removeHomeValue(id: HomeValueKey, actor: Actor): Promise<void>;
}

/** Scene templates: the library's and the household's own, for this home. */
export interface TemplateEdits {
  templates(): readonly TemplateBrief[];
  /** @throws NotFoundError */
  template(id: string): TemplateView;
  /** The scene that the bindings make; saves nothing. @throws NotFoundError */
  bindTemplate(
    id: string,
    wish: { readonly name: string | null; readonly bindings: TemplateBindings },
  ): BoundTemplate;
  /** Of which template the scene was made; null: of none. */
  templateOf(scene: SceneRecord): UsedTemplate | null;
  /** The file of a template made of the scene. @throws HubError that says why none can be */
  deriveTemplate(scene: SceneRecord, id: string): string;
  checkTemplate(text: string): CheckedTemplate;
  /** Makes a scene, or binds one anew. @throws ValidationError that names the slots */
  makeScene(
    id: string,
    wish: {
      readonly name: string | null;
      readonly bindings: TemplateBindings;
      /** The scene that is bound anew; null: a new one. */
      readonly scene: SceneId | null;
      readonly version: number | null;
      readonly enabled: boolean | null;
    },
    actor: Actor,
  ): Promise<SceneView>;
  /** Keeps a template of the household's own. @throws ValidationError with all its mistakes */
  saveTemplate(text: string, actor: Actor): Promise<TemplateView>;
  removeTemplate(id: string, actor: Actor): Promise<void>;
}

/** Edits of the calls from the network that set scenes off. */
export interface WebhookEdits {
  webhooks(): readonly { readonly name: string; readonly createdAtMs: number }[];
  /** The name of the webhook with this secret; null for none. */
  webhookOf(secret: string): string | null;
  /** The secret is told this once. */
  addWebhook(
    name: string,
    actor: Actor,
  ): Promise<{ readonly name: string; readonly secret: string }>;
  removeWebhook(name: string, actor: Actor): Promise<void>;
}

/** Edits of what the household sets. Each checks, stores durably, then tells the core; versions guard against lost edits. */
export interface Household extends ValueEdits, WebhookEdits, TemplateEdits {
  contents(): HomeContents;
  claim(owner: {
    member: MemberRecord;
    credential: CredentialRecord;
    token: TokenRecord;
    home: HomeRecord;
  }): Promise<void>;
  setHome(
    change: Partial<
      Pick<HomeRecord, 'name' | 'language' | 'zone' | 'place' | 'holidays' | 'modes' | 'askedMode'>
    >,
    version: number | null,
    actor: Actor,
  ): Promise<HomeRecord>;
  addRoom(room: { name: string; icon: string | null }, actor: Actor): Promise<RoomRecord>;
  setRoom(
    id: RoomId,
    change: Partial<Pick<RoomRecord, 'name' | 'icon' | 'order'>>,
    version: number | null,
    actor: Actor,
  ): Promise<RoomRecord>;
  removeRoom(id: RoomId, actor: Actor): Promise<void>;
  setDevice(
    id: DeviceId,
    change: Partial<Pick<DeviceRecord, 'name' | 'handle' | 'room' | 'labels'>>,
    version: number | null,
    actor: Actor,
  ): Promise<DeviceRecord>;
  /** Makes the node leave its network and forgets the device; with `force` also when the node does not answer. */
  removeDevice(id: DeviceId, force: boolean, actor: Actor): Promise<void>;
  /** What would change if the node of `from` took the place of the device's own; changes nothing. */
  replacement(id: DeviceId, from: DeviceId): Promise<Replacement>;
  /**
   * Puts the node of device `from` under `id`, whose own node is dead; `from` is gone afterwards. All or nothing.
   * @throws ConflictError that lists what scenes would miss, unless that is accepted
   */
  replaceDevice(
    id: DeviceId,
    from: DeviceId,
    acceptsGaps: boolean,
    actor: Actor,
  ): Promise<DeviceRecord>;
  /** Puts the old node back, and gives the new one a device of its own again. @throws ConflictError that says why not */
  undoReplacement(id: DeviceId, actor: Actor): Promise<DeviceRecord>;
  scenes(): readonly SceneView[];
  /** Checks a scene file and says all that is wrong with it, with places; `sentence` when it is right. */
  /** The text of an earlier version with the devices' present handles. */
  showScene(stored: string): string;
  checkScene(text: string): {
    errors: readonly InputProblem[];
    sentence: { en: string; zh: string } | null;
    name: string | null;
  };
  /** Saves a new scene (`id` null) or a new version. */
  saveScene(
    id: SceneId | null,
    text: string,
    options: { version: number | null; enabled?: boolean; shadow?: boolean },
    actor: Actor,
  ): Promise<SceneView>;
  /** Saves several scenes and removes others: all of it or nothing, and no event comes in between. */
  saveScenes(
    scenes: readonly SceneWish[],
    removed: readonly SceneId[],
    actor: Actor,
  ): Promise<readonly SceneView[]>;
  /** What differs between two versions, in plain words; null where one cannot be read any more. */
  sceneDifferences(before: SceneRecord, after: SceneRecord): readonly SceneDifference[] | null;
  removeScene(id: SceneId, actor: Actor): Promise<void>;
  setMember(
    id: MemberId,
    change: Partial<Pick<MemberRecord, 'name' | 'language'>>,
    version: number | null,
    actor: Actor,
  ): Promise<MemberRecord>;
  /** Replaces a member's password; which sessions end is the caller's to say, through `removeToken`. */
  setCredential(credential: CredentialRecord, actor: Actor): Promise<void>;
  /** Sets what a person may change in the page, or with null gives it back to file and default; unknown names are invalid. */
  putSetting(name: string, value: string | null, actor: Actor): Promise<void>;
  /** Allows a category of records to leave the house, or takes that back; nothing leaves any more once it resolves. */
  setSyncConsent(category: SyncCategory, granted: boolean, actor: Actor): Promise<SyncConsent>;
  /** What scenes may call outside, and where the inbox is pushed. */
  outbound(): OutboundSettings;
  /** @throws ValidationError that says what of the change cannot be */
  setOutbound(change: OutboundChange, actor: Actor): Promise<OutboundSettings>;
  /** Whom backups of the home are encrypted to from now on. */
  setBackupRecipient(recipient: string, actor: Actor): Promise<void>;
  putToken(token: TokenRecord): Promise<void>;
  removeToken(id: TokenId, actor: Actor): Promise<void>;
}

export interface PairRequest {
  readonly adapter: AdapterId;
  readonly seconds: number;
  readonly via: DeviceId | null;
  readonly installCode: string | null;
  /** A commissioning code, for a protocol that has them. */
  readonly code?: string | null;
  /** `host` or `host:port` of the device on the home's network. */
  readonly address?: string | null;
  readonly password?: string | null;
  /** The first node that joins takes the place of this device, unless scenes would miss something. */
  readonly replaces?: { readonly device: DeviceId; readonly acceptsGaps: boolean };
}

/** Accounts of the MQTT broker. @throws HubError `unsupported` where no broker of the hub's own runs */
export interface MqttAccounts {
  list(): Promise<AccountList>;
  add(name: string, rights?: AccountRights): Promise<NewAccount>;
  change(name: string, rights: AccountRights): Promise<void>;
  remove(name: string): Promise<void>;
  /** What of the home is told to others. */
  sharing(): SharingView;
  share(change: SharingChange, actor: Actor): Promise<SharingView>;
  /** Devices that announced themselves, at whichever broker is used. */
  found(): Promise<readonly FoundDevice[]>;
  /** Takes found devices in; without addresses all of the bridge. */
  accept(
    nodes: readonly NodeAddress[] | null,
    bridge: string | null,
  ): Promise<readonly NodeAddress[]>;
}

export interface Jobs {
  list(): readonly Job[];
  get(id: JobId): Job | undefined;
  pair(request: PairRequest, actor: Actor): Promise<Job>;
  /** Works the node out anew and takes over what it finds. */
  interview(device: DeviceId, actor: Actor): Promise<Job>;
  cancel(id: JobId, actor: Actor): Promise<Job>;
}

/** The same calls over a port. */
export type Async<Calls> = {
  readonly [Name in keyof Calls]: Calls[Name] extends (...args: infer Args) => infer Result
    ? (...args: Args) => Promise<Result>
    : never;
};

/** Faults on request, for tests of what a house goes through; there only when the hub was started with INGLE_FAULTS=1. */
export interface Faults {
  /** Ends a thread or child process at once, as a crash would: `core`, `storage` is refused, or an adapter's name. */
  kill(part: string): void;
  /** Makes an adapter's thread or child process stand still until it is ended, as a library's endless loop does. */
  hang(part: string): void;
  /** Blocks the storage worker as a stalling SD card does. */
  stallStorage(ms: number): void;
}

export interface HubPort {
  readonly isDemo: boolean;
  readonly version: string;
  now(): Instant;
  clockState(): ClockState;
  /** Holds the hub's wall clock to a time told by a person's browser; refused when the clock is synced. */
  holdClock(wallMs: number, actor: Actor): Promise<void>;
  devices(): readonly DeviceView[];
  device(id: DeviceId): DeviceView | undefined;
  /** Commands of the last minutes, live and ended: the last 1,000. */
  commandRecord(id: CommandId): CommandRecord | undefined;
  /** The last 500 ended runs and those under way, newest first. */
  recentRuns(scene: SceneId | null): readonly RunTrace[];
  /**
   * Resolves once the core has taken it; of one who `isPatient`, who waits for the device next, a few milliseconds later.
   * @throws HubError when the core refuses it outright, such as an unknown property.
   */
  command(
    device: DeviceId,
    body: CommandBody,
    timeoutMs: number,
    actor: Actor,
    options?: { readonly isPatient?: boolean },
  ): Promise<CommandRecord>;
  /** What waits for a sleeping device to wake, oldest first. */
  waitingCommands(): readonly CommandRecord[];
  /**
   * Takes back what waits for a device to wake; gives the record as it ended.
   * @throws HubError `not-found`, `conflict` for one that does not wait, `unreachable` while its adapter does not run
   */
  cancelCommand(id: CommandId, actor: Actor): Promise<CommandRecord>;
  /** Resolves when the command is at `state`, at an end, or waits for its device to wake, or after `timeoutMs` with the record as it is then. */
  waitForCommand(id: CommandId, state: CommandState, timeoutMs: number): Promise<CommandRecord>;
  /** `isDry`: only shows what it would do. */
  runScene(
    id: SceneId,
    options: { readonly checkWhile: boolean; readonly isDry: boolean },
    actor: Actor,
  ): Promise<RunTrace>;
  /** A value of the home as it is, such as `home.mode`; null while nothing is known. */
  homeValue(key: HomeValueKey): {
    readonly value: PropertyValue | null;
    readonly atMs: number | null;
  };
  /** Sets a value of the home, or tells of something that happened. @throws HubError when it cannot be so */
  tell(source: SourceInput, cause: Cause): Promise<void>;
  cancelRun(id: RunId, actor: Actor): Promise<RunTrace>;
  /**
   * Puts back what the last run of a scene changed, as far as nobody else has changed it since; gives the run's trace.
   * @throws HubError `conflict` where it is not its scene's last run, or changed nothing
   */
  undoRun(id: RunId, actor: Actor): Promise<RunTrace>;
  /** Answers a message; the run that asked goes on. @throws HubError `conflict` where nobody waits for it any more */
  answerNotification(id: NotificationId, action: string, actor: Actor): Promise<NotificationRecord>;
  readonly outbound: Outbound;
  readonly live: LiveFeed;
  readonly household: Household;
  readonly jobs: Jobs;
  readonly provisioning: Provisioning;
  readonly movingIn: MovingIn;
  readonly backups: Backups;
  readonly firmware: Firmware;
  readonly radioCare: RadioCare;
  readonly nodeLinks: NodeLinksPort;
  readonly matterNodes: MatterNodesPort;
  readonly mqttAccounts: MqttAccounts;
  readonly vendors: Vendors;
  readonly matterBridge: MatterBridge;
  readonly vendorAdapters: VendorAdapters;
  readonly ownAdapters: OwnAdapters;
  readonly sync: Sync;
  readonly store: Async<StoreCalls>;
  readonly reads: Async<JobCalls>;
  health(): HealthReport;
  /** The last 2,000 log lines of all parts, oldest first. */
  logLines(): readonly {
    readonly atMs: number;
    readonly level: LogLevel;
    readonly part: string;
    readonly text: string;
  }[];
  /** Prometheus gauges and counters of the parts, by name. */
  metrics(): Readonly<Record<string, number>>;
  /** Settings with their effective value and where it came from. */
  settings(): readonly {
    readonly name: string;
    readonly value: string;
    readonly from: 'flag' | 'environment' | 'file' | 'page' | 'default';
  }[];
  languageOf(member: MemberId | null): Language;
  readonly faults: Faults | null;
}
