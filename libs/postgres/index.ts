export { type Cluster, type ClusterOptions, startPostgres } from './cluster.js';
export { provision, type Provisioned } from './provision.js';
