/**
 * Runs tasks a few at a time and yields their results in the order of the tasks. When one fails, or the consumer stops,
 * no further task is started and those under way are awaited.
 */
export async function* inOrder<T>(
  tasks: Iterable<() => Promise<T>>,
  atOnce: number,
): AsyncGenerator<T, void, undefined> {
  const running: Promise<T>[] = [];
  try {
    for (const task of tasks) {
      const started = task();
      // Whoever awaits it later sees the failure; until then it must not count as unhandled.
      started.catch(() => {});
      running.push(started);
      if (running.length >= atOnce) yield await (running.shift() as Promise<T>);
    }
    while (running.length > 0) yield await (running.shift() as Promise<T>);
  } finally {
    await Promise.allSettled(running);
  }
}
