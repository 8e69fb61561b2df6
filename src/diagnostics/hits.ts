/** Counts how often a class is among the best scored. */
export class Hits {
  #rows = 0;
  #first = 0;
  #five = 0;

  /** Scores of one row, from `from` on, and the place of its own class, or −1 where it has none among them: then a miss. */
  add(scores: ArrayLike<number>, from: number, count: number, own: number): void {
    this.#rows++;
    if (own < 0) return;
    const rank = rankOf(scores, from, count, own);
    if (rank < 1) this.#first++;
    if (rank < 5) this.#five++;
  }

  get accuracy(): number {
    return this.#first / this.#rows;
  }

  get top5(): number {
    return this.#five / this.#rows;
  }
}

/** How many are scored better; of equal ones the first is. */
function rankOf(scores: ArrayLike<number>, from: number, count: number, own: number): number {
  const score = scores[from + own] as number;
  let rank = 0;
  for (let c = 0; c < count; c++) {
    const other = scores[from + c] as number;
    if (other > score || (other === score && c < own)) rank++;
  }
  return rank;
}
