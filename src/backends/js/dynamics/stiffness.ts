/**
 * Hairer's test (Hairer, Wanner, "Solving Ordinary Differential Equations II", IV.2): explicit steps are held down by stability
 * once h |λ| exceeds 3.25 in fifteen of them, without six in a row that stay below.
 */
export class StiffnessTest {
  #hits = 0;
  #misses = 0;

  /** Whether it is stiff by now. */
  add(stiffness: number): boolean {
    if (stiffness > 3.25) {
      this.#misses = 0;
      this.#hits++;
    } else {
      this.#misses++;
      if (this.#misses === 6) this.#hits = 0;
    }
    return this.#hits === 15;
  }
}
