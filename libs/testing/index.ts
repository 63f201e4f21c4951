export { migrated, type MigrationClass, testDatabase, type TestDatabase } from './database.js';
