import { dispatch } from './dispatch.ts';
import { processIo } from './io.ts';

// The reader may close the pipe early, as `head` does.
process.stdout.on('error', () => process.exit(1));
// An explicit exit, because Auth0's SDK keeps the timer of a failed request and an interrupted call waits for its 30 s.
process.exit(await dispatch(process.argv.slice(2), process.env, processIo));
