import { spawn } from 'node:child_process';

/** A failure with a cause outside this code, such as the network. It is shown without a stack. */
export class ExpectedError extends Error {
  constructor(message) {
    super(message);
    this.isExpected = true;
  }
}

/** How long a program may take to end after the signal before it is killed. */
const PATIENCE_MS = 1000;

/** Runs a program and collects its output. A signal to this process ends the program and its children, then this process. */
export function run(command, args, options) {
  return new Promise((resolve) => {
    // A separate process group, so that Ctrl-C in the terminal reaches it only through this process.
    const child = spawn(
      command,
      args,
      Object.assign({ stdio: ['ignore', 'pipe', 'pipe'], detached: true }, options),
    );
    let output = '';
    let received;
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));

    const kill = (signal) => {
      if (child.pid === undefined) return;
      try {
        process.kill(-child.pid, signal);
      } catch (error) {
        // It has just ended.
        if (error.code !== 'ESRCH') throw error;
      }
    };
    const passOn = (signal) => {
      if (received !== undefined) return;
      received = signal;
      kill(signal);
      // The compiler is a child of its launcher and ignores Ctrl-C.
      setTimeout(kill, PATIENCE_MS, 'SIGKILL').unref();
    };
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
    signals.forEach((signal) => process.on(signal, passOn));
    const settle = (code) => {
      signals.forEach((signal) => process.off(signal, passOn));
      // Without the handlers, the signal has its default effect on this process.
      if (received !== undefined) process.kill(process.pid, received);
      else resolve({ code, output });
    };
    child.on('error', (error) => {
      output += error.message;
      settle(undefined);
    });
    child.on('close', settle);
  });
}
