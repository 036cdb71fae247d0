// Who may ask what of which device. Decided here and nowhere else: the page, the API, scenes and every other door
// come through the core's command path.
import type { Cause } from '../model/cause.ts';
import type { DeviceRecord } from '../model/device.ts';
import { GUARDED_KINDS } from '../model/device-kind.ts';
import { HubError, type Problem } from '../model/errors.ts';
import type { MemberRecord, Role } from '../model/home.ts';
import type { HomeValueKey, HomeValueRecord } from '../model/home-values.ts';
import type { MemberId } from '../model/identifiers.ts';
import { type BridgeSettings, isOffered, maySee } from '../model/matter-bridge.ts';

/** Roles that may not command a guarded device. */
const UNTRUSTED: ReadonlySet<Role> = new Set(['child', 'guest']);

/**
 * Refuses a command that its asker has no right to.
 * @throws HubError `forbidden`, naming the asker and the device.
 */
export function checkRight(
  cause: Cause,
  author: MemberId | null,
  device: DeviceRecord,
  {
    members,
    bridge,
  }: {
    readonly members: ReadonlyMap<MemberId, MemberRecord>;
    readonly bridge: BridgeSettings;
  },
): void {
  if (cause.kind === 'source' && cause.via === 'account') {
    checkAccount(cause, device);
    return;
  }
  if (cause.kind === 'fabric') {
    checkFabric(cause, device, bridge);
    return;
  }
  const asker = cause.kind === 'member' ? cause.id : cause.kind === 'scene' ? author : null;
  if (asker === null) return;
  const member = members.get(asker);
  if (!member) {
    // A scene outlives its author; a member who is gone can no longer ask for anything else.
    if (cause.kind === 'scene') return;
    throw new HubError('forbidden', `Member "${asker}" is no longer part of this home`, {
      zh: { message: `成员“${asker}”已不属于这个家`, hint: null },
    });
  }
  if (UNTRUSTED.has(member.role) && GUARDED_KINDS.has(device.description.kind)) {
    throw new HubError('forbidden', `${member.name} may not control ${device.name}`, {
      hint: 'An owner or another adult of the home can.',
      zh: { message: `${member.name} 无权控制 ${device.name}`, hint: '主人或家里的其他成人可以。' },
    });
  }
}

/** An MQTT account does what the household gave it the right to: locks, alarms and valves by a right of their own. */
function checkAccount(
  { name, right = 'none' }: Extract<Cause, { kind: 'source' }>,
  device: DeviceRecord,
): void {
  const isGuarded = GUARDED_KINDS.has(device.description.kind);
  if (right === 'all' || (right === 'control' && !isGuarded)) return;
  throw new HubError('forbidden', `The MQTT account ${name} may not control ${device.name}`, {
    hint: isGuarded
      ? 'Locks, alarms and valves take the right "all": ingle mqtt accounts change NAME --home all.'
      : 'Give it the right: ingle mqtt accounts change NAME --home control.',
    zh: {
      message: `MQTT 账号 ${name} 不可以控制 ${device.name}`,
      hint: isGuarded
        ? '门锁、警报和阀门需要 all 权限：ingle mqtt accounts change 名称 --home all。'
        : '请给它权限：ingle mqtt accounts change 名称 --home control。',
    },
  });
}

/** A controller of another maker asks for nothing but what the household offers it. */
function checkFabric(
  { fabric, name }: Extract<Cause, { kind: 'fabric' }>,
  device: DeviceRecord,
  bridge: BridgeSettings,
): void {
  const rights = bridge.isOn ? bridge.fabrics[fabric]?.rights : undefined;
  const { room, description } = device;
  const isSeen =
    rights !== undefined &&
    isOffered(device, bridge) &&
    maySee(rights, { room, kind: description.kind });
  if (isSeen && !rights.isReadOnly) return;
  const hint = 'The household says in House, Sharing, what each home app may do.';
  throw new HubError('forbidden', `${name} may not control ${device.name}`, {
    hint: isSeen ? `It may only look. ${hint}` : hint,
    zh: {
      message: `${name} 不可以控制 ${device.name}`,
      hint: '住户可以在“全屋 › 共享给家庭应用”里设置每个家庭应用的权限。',
    },
  });
}

/** What keeps a member from setting a value of the home: children and guests say where they are, and nothing else. */
export function checkValueRight(
  cause: Cause,
  key: HomeValueKey,
  declared: readonly HomeValueRecord[],
  members: ReadonlyMap<MemberId, MemberRecord>,
): Problem | null {
  if (cause.kind !== 'member') return null;
  const member = members.get(cause.id);
  const isOwn = declared.some(({ id, member: whose }) => id === key && whose === cause.id);
  if (member !== undefined && (isOwn || !UNTRUSTED.has(member.role))) return null;
  return {
    code: 'forbidden',
    message: `${member?.name ?? 'This member'} may not set ${key}`,
    hint: 'An owner or another adult of the home can.',
  };
}
