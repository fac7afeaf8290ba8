import { spawn } from 'node:child_process';

/** Something that can go wrong without anybody's mistake in this code: shown without a stack. */
export class ExpectedError extends Error {
  constructor(message) {
    super(message);
    this.isExpected = true;
  }
}

/** Milliseconds in which a program that was told to end may do so by itself. */
const PATIENCE_MS = 1000;

/** Runs a program to its end and keeps what it prints. A signal to us ends it and all that it has started, then us. */
export function run(command, args, options) {
  return new Promise((resolve) => {
    // A group of its own, so that a Ctrl-C in the terminal reaches it through us only.
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
        // It has just ended by itself.
        if (error.code !== 'ESRCH') throw error;
      }
    };
    const passOn = (signal) => {
      if (received !== undefined) return;
      received = signal;
      kill(signal);
      // The compiler is a child of its launcher, and takes no Ctrl-C.
      setTimeout(kill, PATIENCE_MS, 'SIGKILL').unref();
    };
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
    signals.forEach((signal) => process.on(signal, passOn));
    const settle = (code) => {
      signals.forEach((signal) => process.off(signal, passOn));
      // Without our handlers, the signal does to us what it does to everybody.
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
