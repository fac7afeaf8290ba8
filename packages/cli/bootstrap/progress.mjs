const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

/**
 * Shows what is running and for how long: one line that is rewritten on a terminal, otherwise plain lines, one every
 * ten seconds.
 */
export function createProgress(stream, env) {
  const isTerminal = Boolean(stream.isTTY) && !env.CI && env.TERM !== 'dumb';
  const clear = '\r\u001b[2K';

  /** Shows `title` until `work` has settled. Shows nothing if that takes less than `quietMs`. */
  async function step(title, work, { quietMs = 0 } = {}) {
    const startedAt = Date.now();
    const seconds = () => Math.round((Date.now() - startedAt) / 1000);
    let frame = 0;
    let isShown = false;
    const show = () => {
      if (Date.now() - startedAt < quietMs) return;
      if (isTerminal) stream.write(`${clear}${FRAMES[frame++ % FRAMES.length]} ${title} … ${seconds()} s`);
      else stream.write(isShown ? `${title} … still running after ${seconds()} s\n` : `${title} …\n`);
      isShown = true;
    };
    if (quietMs === 0) show();
    const first = quietMs > 0 ? setTimeout(show, quietMs + 1) : undefined;
    const timer = setInterval(show, isTerminal ? 100 : 10_000);
    try {
      const result = await work();
      if (isShown)
        stream.write(`${isTerminal ? clear : ''}${isTerminal ? '✓ ' : ''}${title}: done in ${seconds()} s\n`);
      return result;
    } catch (error) {
      if (isShown && isTerminal) stream.write(`${clear}✗ ${title}\n`);
      throw error;
    } finally {
      clearTimeout(first);
      clearInterval(timer);
    }
  }

  return { step };
}
