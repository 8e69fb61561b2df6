import { groupBy } from '../study/order.js';

/** Items by a number, ascending. */
export function groupByNumber<T>(items: Iterable<T>, key: (item: T) => number): Map<number, T[]> {
  return new Map([...groupBy(items, key)].sort(([a], [b]) => a - b));
}
