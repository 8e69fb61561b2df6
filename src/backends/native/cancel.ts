/** Runs a native job that polls a flag, which the signal raises. */
export async function cancellable<T>(
  signal: AbortSignal | undefined,
  job: (cancelled: Int32Array) => Promise<T>,
): Promise<T> {
  const cancelled = new Int32Array(1);
  const cancel = () => {
    cancelled[0] = 1;
  };
  signal?.addEventListener('abort', cancel, { once: true });
  try {
    return await job(cancelled);
  } finally {
    signal?.removeEventListener('abort', cancel);
  }
}
