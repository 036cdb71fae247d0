// What a person is told of a device that takes the place of another one: who would miss what. The same in page and
// command.

/** Who uses what the new device lacks, and which scenes will mean it as well. */
export const replacementEn = {
  gapUser: {
    named: (scene: string) => scene,
    reached: (scene: string) => `${scene} (by room, label or kind)`,
    template: (scene: string) => `${scene} (its template)`,
    matter: 'home apps (Matter)',
    mqtt: 'MQTT',
    rights: 'rights',
    links: 'direct control',
  },
  noGaps: 'Nothing is missed.',
  reached: (scenes: string) => `Scenes that will mean it as well: ${scenes}`,
};

/** The same in Chinese. */
export const replacementZh: typeof replacementEn = {
  gapUser: {
    named: (scene) => scene,
    reached: (scene) => `${scene}（按房间、标签或类型）`,
    template: (scene) => `${scene}（模板）`,
    matter: '家庭应用（Matter）',
    mqtt: 'MQTT',
    rights: '权限',
    links: '直接控制',
  },
  noGaps: '不缺少任何功能。',
  reached: (scenes) => `以后也会用到它的场景：${scenes}`,
};
