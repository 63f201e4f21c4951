export { type Cluster, type ClusterOptions, runningUrl, startPostgres } from './cluster.js';
export { provision, type Provisioned } from './provision.js';
