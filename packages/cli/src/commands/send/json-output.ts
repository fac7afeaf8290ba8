import { sendReport } from './send-report.ts';
import { acceptedId } from './caller.ts';
import type { Output, OutputOptions } from './output.ts';
import { explainNotFollowed, recipientHint, type Result } from './result.ts';
import { summarise } from './summary.ts';

/** One JSON object at the end: the message, or all messages and their summary. */
export function createJsonOutput({ write, url, count, isSignedWithDevSecret }: OutputOptions): Output {
  const show = (json: object) => write(`${JSON.stringify(json, null, 2)}\n`);

  function messageJson({ call, followed }: Result) {
    const { gateway, auth0 } = sendReport({ url, ...call, isSignedWithDevSecret }).json;
    return {
      gateway,
      auth0,
      id: acceptedId(call) ?? null,
      trace: (followed !== undefined && followed.kind !== 'not_followed' && followed.trace) || null,
      ...(followed?.kind === 'not_followed' && { notFollowed: explainNotFollowed(followed.why) }),
    };
  }

  return {
    answered: () => undefined,
    progressed: () => undefined,
    concluded: () => undefined,
    end: (results, durationMs) => {
      const [first] = results;
      if (count === 1) {
        const nothing = { gateway: null, auth0: null, id: null, trace: null };
        show({ url, ...(first ? messageJson(first) : nothing) });
        return;
      }
      show({
        url,
        messages: results.map((result) => ({
          number: result.number,
          recipient: recipientHint(result.recipient),
          ...messageJson(result),
        })),
        summary: summarise(results, { count, durationMs }),
      });
    },
  };
}
