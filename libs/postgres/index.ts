export { type Cluster, type ClusterOptions, runningUrl, startPostgres, stopPostgres } from './cluster.js';
export { keptSecret } from './kept-secret.js';
export { alive } from './pid-file.js';
export { provision, type Provisioned } from './provision.js';
