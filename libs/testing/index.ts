export { migrated, type MigrationClass, testDatabase, type TestDatabase } from './database.js';
export { describeKafka, describeOwnKafka, testKafka } from './kafka.js';
export {
  type As, type TestAnswer, type TestIssuer, testIssuer, testMasterKey, type TestRequest, testService, type TestService,
} from './service.js';
export { until } from './until.js';
