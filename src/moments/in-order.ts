/**
 * Starts a task for each item of a stream as it comes, a few at a time, and yields the results in the order of the items.
 * When one fails, or the consumer stops, no further task is started and those under way are awaited.
 */
export async function* inOrder<Item, Result>(
  items: AsyncIterable<Item>,
  atOnce: number,
  task: (item: Item) => Promise<Result>,
): AsyncGenerator<Result, void, undefined> {
  const running: Promise<Result>[] = [];
  try {
    for await (const item of items) {
      const started = task(item);
      // Whoever awaits it later sees the failure; until then it must not count as unhandled.
      started.catch(() => {});
      running.push(started);
      if (running.length >= atOnce) yield await (running.shift() as Promise<Result>);
    }
    while (running.length > 0) yield await (running.shift() as Promise<Result>);
  } finally {
    await Promise.allSettled(running);
  }
}
