export * from './canonical.js';
export * from './pack.js';
export * from './packs.js';
