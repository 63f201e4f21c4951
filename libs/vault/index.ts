export { vaultGrants, vaultMigrations } from './migrations.js';
export { Vault } from './vault.js';
