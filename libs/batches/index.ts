export { Batches } from './batches.js';
