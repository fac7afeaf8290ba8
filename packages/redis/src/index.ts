export { type RedisClient, causeOf, connectRedis, isRedisCluster } from './connect.ts';
export { type ConnectionWatch, createConnectionWatch } from './connection-watch.ts';
export { type DurabilityCheck, NotDurableError, createDurabilityCheck } from './durability.ts';
export { type GroupCommit, createGroupCommit } from './group-commit.ts';
export { composeLua } from './lua-files.ts';
export { type Script, evalScript, hashFields, loadScript } from './script.ts';
export { type DataLoss, type StoreIdentity, createStoreIdentity } from './store-identity.ts';
export { untilDurable, untilWritten } from './until-written.ts';
