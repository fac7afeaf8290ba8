export { withRedis } from './ask-redis.ts';
export { startEmbeddedRedis } from './embedded-redis.ts';
export { codeOf, messageOf } from './error-facts.ts';
export { lastLines } from './last-lines.ts';
export { choosePort, portOr } from './ports.ts';
export { repositoryRoot } from './repository.ts';
