// Who may import whom: the table of the README's map, as rules. What is not allowed here is not allowed.
//
// Excepted are the places that put things together: hub/boot.ts and hub/main.ts, a thread's *.worker.ts and a process's
// *.child.ts, tests with their test-*.ts and testing/ folders, scripts, and the command's starter, which is one. Type
// imports count: a type is a dependency too.

const COMPOSES =
  '(^hub/boot\\.ts|\\.test\\.ts|/ingle\\.mjs|/test-[^/]+\\.ts|\\.worker\\.ts|\\.child\\.ts)$|/testing/';
const OURS = '^(hub|adapters|scenes|sync|firmware-images|scripts)/';

/** Code under `folder` may import itself and `allowed` of what is ours. */
function only(folder, ...allowed) {
  return {
    name: `${folder} imports ${allowed.join(', ') || 'nothing'} of ours`,
    severity: 'error',
    from: { path: `^${folder}/`, pathNot: COMPOSES },
    to: { path: OURS, pathNot: [folder, ...allowed].map((each) => `^${each}(/|$)`) },
  };
}

/** Only files that match `path` import the packages that match `packages`. */
function oneHome(packages, path) {
  return {
    name: `${packages} is imported by ${path} alone`,
    comment: 'A third-party library has one border, where its types and errors end.',
    severity: 'error',
    from: { path: OURS, pathNot: [path, '^scripts/', '\\.test\\.ts$'] },
    to: { path: `^node_modules/${packages}(/|$)` },
  };
}

export default {
  forbidden: [
    {
      name: 'hub/model imports nothing, not even Node',
      severity: 'error',
      from: { path: '^hub/model/', pathNot: COMPOSES },
      to: { pathNot: '^hub/model/' },
    },
    // Supervision: main's ends of the links to its threads, so the other ends' messages are known here.
    only('hub/threads', 'hub/model', 'hub/core', 'adapters/contract'),
    only('hub/core', 'hub/model', 'scenes/evaluator'),
    only('hub/household', 'hub/model'),
    only('hub/store', 'hub/model'),
    only('hub/api', 'hub/model', 'hub/household'),
    // With the hub down the doctor looks into its files itself, a backup is restored, and an image file is verified.
    only(
      'hub/cli',
      'hub/api',
      'hub/model',
      'hub/store/(inspect|backup/read)\\.ts',
      'hub/threads/entry\\.ts',
      'firmware-images',
      'adapters/contract/vendor-kit\\.ts',
    ),
    only('adapters/contract', 'hub/model'),
    {
      name: 'an adapter imports hub/model and adapters/contract of ours, never another adapter',
      severity: 'error',
      from: { path: '^adapters/(?!contract/)([^/]+)/', pathNot: COMPOSES },
      to: { path: OURS, pathNot: ['^adapters/$1/', '^adapters/contract/', '^hub/model/'] },
    },
    only('scenes/language', 'hub/model'),
    only('scenes/evaluator', 'hub/model', 'scenes/language'),
    only('scenes/templates', 'hub/model', 'scenes/language'),
    only('scenes/analysis', 'hub/model', 'scenes/language', 'scenes/evaluator'),
    only('scenes/replay', 'hub/model', 'scenes/language', 'scenes/evaluator'),
    only('scenes/habits', 'hub/model', 'scenes/language', 'scenes/evaluator'),
    only('sync/protocol', 'hub/model'),
    only('sync/uplink', 'hub/model', 'sync/protocol'),
    only('sync/receiver', 'hub/model', 'sync/protocol'),
    only('firmware-images', 'hub/model'),
    {
      name: 'page and command line take only types from the API: they speak HTTP',
      severity: 'error',
      from: { path: '^hub/(web|cli)/', pathNot: COMPOSES },
      to: { path: '^hub/api/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'the page imports types of hub/api and hub/model of ours',
      severity: 'error',
      from: { path: '^hub/web/', pathNot: COMPOSES },
      to: { path: OURS, pathNot: '^hub/(web|api|model)/' },
    },
    {
      name: 'nobody imports hub/main.ts',
      severity: 'error',
      from: { path: OURS, pathNot: COMPOSES },
      to: { path: '^hub/main\\.ts$' },
    },
    {
      name: 'the daemon imports no scripts',
      severity: 'error',
      from: { path: '^(hub|adapters|scenes|sync|firmware-images)/', pathNot: COMPOSES },
      to: { path: '^scripts/' },
    },
    oneHome('(zigbee-herdsman|zigbee-herdsman-converters)', '^adapters/zigbee/'),
    oneHome('@matter', '^adapters/matter/'),
    oneHome('(aedes|mqtt)', '^adapters/mqtt/'),
    oneHome('(ws|bonjour-service)', '^adapters/wifi/'),
    oneHome('@2colors', '^adapters/wifi/esphome/'),
    oneHome('better-sqlite3', '(^hub/store/|/store[^/]*\\.ts$)'),
    oneHome('(age-encryption|tar)', '^hub/store/backup/'),
    oneHome('(hono|hono-openapi|@hono)', '^hub/(api/|main\\.ts$)'),
    oneHome('(commander|listr2)', '^hub/cli/'),
    {
      name: 'no two modules need each other to load',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'every import resolves',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '^virtual:' },
    },
    {
      name: 'the daemon runs without development packages',
      severity: 'error',
      from: {
        path: '^(hub|adapters|scenes|sync|firmware-images)/',
        pathNot: ['\\.test\\.ts$', '/test-[^/]+\\.ts$', '^hub/web/'],
      },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|data|reports)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
