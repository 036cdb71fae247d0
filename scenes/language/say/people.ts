// Steps that tell people something and ask them, in words; and texts with blanks.
import type { Role } from '../../../hub/model/home.ts';
import type { Label } from '../../../hub/model/property-row.ts';
import type { ConfirmStep, NotifyStep, Texts } from '../effect-steps.ts';
import { durationText } from '../literals.ts';
import type { TextPart } from '../steps.ts';
import { both, listed, subjectWords, type WordNames } from '../words.ts';
import type { Saying } from './saying.ts';

const ROLE_WORDS: Readonly<Record<Role, Label>> = {
  owner: both('owners', '户主'),
  adult: both('adults', '大人'),
  child: both('children', '孩子'),
  elder: both('elders', '长辈'),
  guest: both('guests', '访客'),
  installer: both('installers', '安装师傅'),
};

/** Owners are adults too: together they are "adults". */
function audience(to: readonly Role[]): Label {
  if (to.length === 0) return both('the household', '家人');
  const isAdults = to.includes('owner') && to.includes('adult');
  const words = to.flatMap((role) => {
    if (role === 'adult' && !isAdults) return [both('adults but not owners', '户主以外的大人')];
    return role === 'owner' && isAdults ? [] : [ROLE_WORDS[role]];
  });
  return listed(words, 'and');
}

/** A message with its buttons, as an instruction. */
export function notifyWords(saying: Saying, step: NotifyStep): Label {
  const { names } = saying;
  const to = audience(step.to);
  const text = quotedWords(names, step.text);
  const told = step.urgent
    ? both(`tell ${to.en} urgently: ${text.en}`, `紧急通知${to.zh}：${text.zh}`)
    : both(`tell ${to.en}: ${text.en}`, `通知${to.zh}：${text.zh}`);
  const more = [buttonWords(saying, step), repeatWords(step), elseWords(saying, step)];
  return both(
    told.en + more.map(({ en }) => en).join(''),
    told.zh + more.map(({ zh }) => zh).join(''),
  );
}

function buttonWords(saying: Saying, { actions = [], waitMs }: NotifyStep): Label {
  if (actions.length === 0) return both('', '');
  const time = durationText(waitMs ?? 0);
  const buttons = actions.map(({ id, text, steps }) => {
    const words = quotedWords(saying.names, text);
    const then = steps.length === 0 ? both('go on', '继续') : inner(saying, steps);
    return both(`on ${words.en} (${id}) ${then.en}`, `选${words.zh}（${id}）则${then.zh}`);
  });
  return both(
    `, and wait at most ${time.en} for an answer: ${buttons.map(({ en }) => en).join(', ')}`,
    `，并等待回答（最长 ${time.zh}）：${buttons.map(({ zh }) => zh).join('，')}`,
  );
}

function inner(saying: Saying, steps: Parameters<Saying['steps']>[0]): Label {
  const words = saying.steps(steps);
  return both(`[${words.en}]`, `[${words.zh}]`);
}

function repeatWords({ repeat }: NotifyStep): Label {
  if (repeat === undefined) return both('', '');
  const every = durationText(repeat.everyMs);
  return both(
    `, again every ${every.en} until somebody has seen it, ${repeat.times} times at most`,
    `，每隔 ${every.zh}重复，直到有人确认，最多 ${repeat.times} 次`,
  );
}

function elseWords(saying: Saying, { otherwise = [] }: NotifyStep): Label {
  if (otherwise.length === 0) return both('', '');
  const words = inner(saying, otherwise);
  return both(`, or else ${words.en}`, `，无人回应则${words.zh}`);
}

/** A question before the run goes on. */
export function confirmWords(saying: Saying, step: ConfirmStep): Label {
  const to = audience(step.to);
  const text = quotedWords(saying.names, step.text);
  const time = durationText(step.timeoutMs);
  const otherwise =
    step.otherwise.length === 0 ? both('end here', '到此结束') : inner(saying, step.otherwise);
  const then = step.otherwise.length === 0 ? both('', '') : both(' and end', '并结束');
  return both(
    `ask ${to.en} ${text.en} and go on only with a yes within ${time.en}, or else ${otherwise.en}${then.en}`,
    `询问${to.zh}${text.zh}，${time.zh}内得到同意才继续，否则${otherwise.zh}${then.zh}`,
  );
}

function quotedWords(names: WordNames, text: Texts): Label {
  const en = textWords(names, text.en);
  const zh = textWords(names, text.zh);
  if (JSON.stringify(text.en) === JSON.stringify(text.zh)) return both(`“${en.en}”`, `“${zh.zh}”`);
  return both(`“${en.en}” (in Chinese “${zh.en}”)`, `“${zh.zh}”（英文“${en.zh}”）`);
}

const BLANK_WORDS = {
  device: both('{{the device}}', '{{设备}}'),
  room: both('{{its room}}', '{{房间}}'),
  value: both('{{its value}}', '{{数值}}'),
  scene: both('{{the scene}}', '{{场景}}'),
  time: both('{{the time}}', '{{时间}}'),
};

/** A text with its blanks shown as such. */
export function textWords(names: WordNames, parts: readonly TextPart[]): Label {
  const words = parts.map((part): Label => {
    switch (part.kind) {
      case 'text': {
        const text = part.text.replaceAll('”', '””');
        return both(text, text);
      }
      case 'cause':
        return BLANK_WORDS[part.what];
      case 'scene':
      case 'time':
        return BLANK_WORDS[part.kind];
      case 'value': {
        const { device, property } = part;
        const { owned } = subjectWords(names, { kind: 'device', device, property });
        return both(`{{${owned.en}}}`, `{{${owned.zh}}}`);
      }
      default:
        return part satisfies never;
    }
  });
  return both(words.map(({ en }) => en).join(''), words.map(({ zh }) => zh).join(''));
}
