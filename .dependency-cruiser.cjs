/** The rules of the house (docs: shared design), checked in CI. */
const services = ['people', 'training', 'registration', 'judging', 'certification', 'incentives'];

module.exports = {
  forbidden: [
    {
      name: 'a-decider-is-pure',
      comment: 'What an aggregate decides knows no framework, no database, no clock and no randomness: commands carry them.',
      severity: 'error',
      from: { path: '^apps/[^/]+/src/([^/]+)/\\1\\.ts$' },
      // A type leaves nothing behind at run time: the shape of an Aggregate is the store's to say.
      to: {
        path: '(node_modules/(@nestjs|typeorm|pg|kafkajs|fastify|pino)|^libs/(?!decider|policy|contracts))', dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'the-pure-libs-are-pure',
      severity: 'error',
      from: { path: '^libs/(decider|policy)/', pathNot: '\\.spec\\.ts$' },
      to: { path: '(node_modules/(@nestjs|typeorm|pg|kafkajs|fastify|pino)|^libs/(?!decider|policy|contracts))' },
    },
    ...services.map((service) => ({
      name: `services-never-import-each-other: ${service}`,
      comment: 'They meet in libs/contracts alone; only apps/platform imports several.',
      severity: 'error',
      from: { path: `^apps/${service}/` },
      to: { path: `^apps/(?!${service}/)` },
    })),
    {
      name: 'libs-know-no-app',
      severity: 'error',
      from: { path: '^libs/' },
      to: { path: '^(apps|test)/' },
    },
    {
      name: 'a-lib-is-entered-by-its-index',
      comment: 'One index.ts and one reason to change each.',
      severity: 'error',
      from: { path: '^(apps|test|scripts)/' },
      to: { path: '^libs/[^/]+/(?!index\\.ts$)', pathNot: '^libs/[^/]+/testing/' },
    },
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};
