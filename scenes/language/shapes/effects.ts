// The shapes of steps that act on devices, on people, and on what lies outside the house.

import * as v from 'valibot';
import { DEVICE_KINDS, type DeviceKind } from '../../../hub/model/device-kind.ts';
import { HTTP_METHODS, OUTBOUND_LIMITS } from '../../../hub/model/outbound.ts';
import { mistake, wants } from '../mistakes.ts';
import { SCENE_LIMITS } from '../scene.ts';
import {
  duration,
  type Inner,
  matcher,
  number,
  onError,
  oneOrMore,
  references,
  steps,
  text,
  value,
} from './parts.ts';

const SET_WANTED = wants(
  'a map of devices to what they are set to is wanted here, such as {hall-lamp: {on: true}}',
  '这里要写设备和要设的值，例如 {hall-lamp: {on: true}}',
);
const ARGS_WANTED = wants(
  'a command is written as {bedroom-blind: stop}, or with arguments as {bedroom-blind: {step: {size: 10}}}',
  '命令要写成 {bedroom-blind: stop}，带参数则写成 {bedroom-blind: {step: {size: 10}}}',
);
const words = text(mistake('The text', '文字'), SCENE_LIMITS.textCharacters);
const texts = v.union(
  [words, v.strictObject({ en: words, zh: words })],
  wants(
    `the text is wanted here, of 1 to ${SCENE_LIMITS.textCharacters} characters, or {en: …, zh: …}`,
    `这里要写文字，1 到 ${SCENE_LIMITS.textCharacters} 个字符，或 {en: …, zh: …}`,
  ),
);
const button = text(mistake('The text of a button', '按钮的文字'), 40);

const KINDS = Object.keys(DEVICE_KINDS) as DeviceKind[];
const SELECTION_WANTED = wants(
  'devices are selected as {room: hall, kind: light}, by room, label or kind',
  '设备按房间、标签或种类来选，例如 {room: hall, kind: light}',
);
/** All devices of a room, a label, a kind. */
export const selection = v.pipe(
  v.strictObject(
    {
      room: v.optional(
        v.string(
          wants('`room` is the handle of a room, such as hall', '`room` 是房间的代号，例如 hall'),
        ),
      ),
      label: v.optional(
        v.string(
          wants(
            '`label` is a label of devices, such as christmas',
            '`label` 是设备的标签，例如 christmas',
          ),
        ),
      ),
      kind: v.optional(
        v.picklist(
          KINDS,
          wants(`a kind is one of ${KINDS.join(', ')}`, `种类是 ${KINDS.join('、')} 之一`),
        ),
      ),
      except: v.optional(
        oneOrMore(
          wants('`except` names devices, such as hall-lamp', '`except` 里要写设备，例如 hall-lamp'),
        ),
      ),
    },
    SELECTION_WANTED,
  ),
  v.check(({ room, label, kind }) => (room ?? label ?? kind) !== undefined, SELECTION_WANTED),
);

const TIMES_WANTED = (max: number) =>
  wants(`a whole number from 1 to ${max} is wanted here`, `这里要写 1 到 ${max} 的整数`);
const times = (max: number) =>
  v.pipe(
    v.number(TIMES_WANTED(max)),
    v.integer(TIMES_WANTED(max)),
    v.minValue(1, TIMES_WANTED(max)),
    v.maxValue(max, TIMES_WANTED(max)),
  );

const OK_WANTED = wants(
  '`ok-if` is all (the usual), any, or how many targets must succeed',
  '`ok-if` 是 all（默认）、any，或必须成功的目标个数',
);
/** When a step has succeeded, and what follows where it has not. */
const care = (inner: Inner) => ({
  'ok-if': v.optional(v.union([v.picklist(['all', 'any']), times(SCENE_LIMITS.items)], OK_WANTED)),
  ...caution(inner),
  expect: v.optional(references(matcher)),
  within: v.optional(duration),
});
const caution = (inner: Inner) => ({
  retry: v.optional(
    v.strictObject(
      {
        times: v.optional(times(SCENE_LIMITS.retries)),
        every: v.optional(duration),
        within: v.optional(duration),
      },
      wants(
        '`retry` is written as {times: 3, every: 10s, within: 5min}',
        '`retry` 要写成 {times: 3, every: 10s, within: 5min}',
      ),
    ),
  ),
  else: v.optional(steps(inner)),
  'on-error': onError,
});

const ADJUST_WANTED = wants(
  'by how much is wanted here, such as 10 or -10',
  '这里要写加减多少，例如 10 或 -10',
);
const URL_WANTED = wants(
  'an address such as https://example.org/hooks/door is wanted here',
  '这里要写网址，例如 https://example.org/hooks/door',
);
const headerText = v.pipe(
  v.string(wants('a header is a text', '请求头是文字')),
  v.maxLength(
    OUTBOUND_LIMITS.headerCharacters,
    wants(
      `a header has at most ${OUTBOUND_LIMITS.headerCharacters} characters`,
      `请求头最多 ${OUTBOUND_LIMITS.headerCharacters} 个字符`,
    ),
  ),
  v.regex(
    /^[\t\x20-\x7e]*$/,
    wants(
      'a header has letters, digits and signs of ASCII alone',
      '请求头只能用 ASCII 的字母、数字和符号',
    ),
  ),
);

/** Steps that do something, by key. */
export const effectStepShapes = (inner: Inner) => ({
  set: v.strictObject({
    set: v.record(
      v.string(),
      v.union([v.record(v.string(), value), value], SET_WANTED),
      SET_WANTED,
    ),
    all: v.optional(selection),
    over: v.optional(duration),
    for: v.optional(duration),
    ...care(inner),
  }),
  toggle: v.strictObject({
    toggle: oneOrMore(
      wants(
        'a device such as hall-lamp is wanted here, or a list of them',
        '这里要写设备，例如 hall-lamp，也可以是列表',
      ),
    ),
    all: v.optional(selection),
    ...care(inner),
  }),
  adjust: v.strictObject({
    adjust: v.record(v.string(), number, ADJUST_WANTED),
    all: v.optional(selection),
    over: v.optional(duration),
    ...care(inner),
  }),
  command: v.strictObject({
    command: v.union(
      [
        v.string(),
        v.record(
          v.string(),
          v.union(
            [v.string(), v.record(v.string(), v.union([v.null(), v.record(v.string(), value)]))],
            ARGS_WANTED,
          ),
        ),
      ],
      ARGS_WANTED,
    ),
    all: v.optional(selection),
    ...care(inner),
  }),
  snapshot: v.strictObject({
    snapshot: v.union(
      [
        oneOrMore(
          wants('a device such as hall-lamp is wanted here', '这里要写设备，例如 hall-lamp'),
        ),
        v.strictObject({ all: selection }),
      ],
      wants(
        'devices are wanted here, such as hall-lamp, or {all: {room: hall}}',
        '这里要写设备，例如 hall-lamp，或 {all: {room: hall}}',
      ),
    ),
  }),
  restore: v.strictObject({
    restore: v.union(
      [
        oneOrMore(
          wants('a device such as hall-lamp is wanted here', '这里要写设备，例如 hall-lamp'),
        ),
        v.strictObject({ all: selection }),
      ],
      wants(
        'devices are wanted here, such as hall-lamp, or `everything`, or {all: {room: hall}}',
        '这里要写设备，例如 hall-lamp，或 `everything`，或 {all: {room: hall}}',
      ),
    ),
    over: v.optional(duration),
    'on-error': onError,
  }),
  ramp: v.strictObject({
    ramp: v.record(
      v.string(),
      v.union(
        [number, v.strictObject({ from: v.optional(number), to: number })],
        wants(
          'a ramp is written as {from: 1, to: 80}, or as the number at its end',
          '渐变要写成 {from: 1, to: 80}，或只写最后的数字',
        ),
      ),
    ),
    over: duration,
    'on-error': onError,
  }),
  notify: v.strictObject({
    notify: v.strictObject(
      {
        to: v.optional(
          oneOrMore(wants('`to` names roles, such as adults', '`to` 里要写角色，例如 adults')),
        ),
        text: texts,
        urgent: v.optional(
          v.boolean(wants('`urgent` is true or false', '`urgent` 是 true 或 false')),
        ),
        until: v.optional(
          v.literal(
            'acknowledged',
            wants('`until` can only be `acknowledged`', '`until` 只能是 `acknowledged`'),
          ),
        ),
        every: v.optional(duration),
        times: v.optional(times(SCENE_LIMITS.repeats)),
        actions: v.optional(
          v.pipe(
            v.record(
              v.pipe(
                v.string(),
                v.regex(
                  /^[a-z][a-z0-9-]{0,31}$/,
                  wants(
                    'a button is named by small letters and digits',
                    '按钮的名称由小写字母和数字组成',
                  ),
                ),
              ),
              v.union([button, v.strictObject({ en: button, zh: button })]),
              wants(
                'buttons are written as {open: Open it, leave: {en: Leave it, zh: 不用}}',
                '按钮要写成 {open: 打开, leave: {en: Leave it, zh: 不用}}',
              ),
            ),
            v.check(
              (map) =>
                Object.keys(map).length >= 1 && Object.keys(map).length <= SCENE_LIMITS.actions,
              wants(
                `a message has 1 to ${SCENE_LIMITS.actions} buttons`,
                `消息有 1 到 ${SCENE_LIMITS.actions} 个按钮`,
              ),
            ),
          ),
        ),
        wait: v.optional(duration),
      },
      wants(
        'a message is written as {to: adults, text: "…"}',
        '消息要写成 {to: adults, text: "…"}',
      ),
    ),
    answers: v.optional(v.record(v.string(), steps(inner))),
    else: v.optional(steps(inner)),
    'on-error': onError,
  }),
  confirm: v.strictObject({
    confirm: v.strictObject(
      {
        ask: texts,
        of: v.optional(
          oneOrMore(wants('`of` names roles, such as adults', '`of` 里要写角色，例如 adults')),
        ),
        timeout: v.optional(duration),
      },
      wants(
        'a question is written as {ask: "Lock the door?", of: adults, timeout: 5min}',
        '提问要写成 {ask: "要锁门吗？", of: adults, timeout: 5min}',
      ),
    ),
    else: v.optional(steps(inner)),
  }),
  http: v.strictObject({
    http: v.strictObject(
      {
        url: v.pipe(
          v.string(URL_WANTED),
          v.maxLength(OUTBOUND_LIMITS.urlCharacters, URL_WANTED),
          v.regex(/^https?:\/\/\S+$/, URL_WANTED),
        ),
        method: v.optional(
          v.picklist(
            HTTP_METHODS,
            wants(
              `the method is one of ${HTTP_METHODS.join(', ')}`,
              `方法是 ${HTTP_METHODS.join('、')} 之一`,
            ),
          ),
        ),
        headers: v.optional(
          v.pipe(
            v.record(
              v.pipe(
                v.string(),
                v.regex(
                  /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}$/,
                  wants('this is not the name of a header', '这不是请求头的名称'),
                ),
              ),
              headerText,
            ),
            v.check(
              (map) => Object.keys(map).length <= OUTBOUND_LIMITS.headers,
              wants(
                `a call has at most ${OUTBOUND_LIMITS.headers} headers`,
                `一次调用最多 ${OUTBOUND_LIMITS.headers} 个请求头`,
              ),
            ),
          ),
        ),
        body: v.optional(v.union([v.string(), v.record(v.string(), v.unknown())])),
        timeout: v.optional(duration),
      },
      wants(
        'a call is written as {url: "https://example.org/hook", method: POST, body: "…"}',
        '调用要写成 {url: "https://example.org/hook", method: POST, body: "…"}',
      ),
    ),
    ...caution(inner),
  }),
  mqtt: v.strictObject({
    mqtt: v.strictObject(
      {
        topic: text(mistake('The topic', '主题'), OUTBOUND_LIMITS.topicBytes),
        payload: v.union(
          [v.string(), number, v.boolean()],
          wants('the payload is a text', '内容是文字'),
        ),
        retain: v.optional(
          v.boolean(wants('`retain` is true or false', '`retain` 是 true 或 false')),
        ),
      },
      wants(
        'a message is written as {topic: ingle/door, payload: open}',
        '消息要写成 {topic: ingle/door, payload: open}',
      ),
    ),
    ...caution(inner),
  }),
});
