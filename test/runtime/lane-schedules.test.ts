import { setImmediate as turn } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { Lane, type Share } from '../../src/runtime/lane.js';
import { setThreads } from '../../src/runtime/threads.js';
import fc from '../support/properties.js';

const WIDTH = 3;
vi.stubEnv('UV_THREADPOOL_SIZE', String(WIDTH + 1));
setThreads(WIDTH);

/** One job of a schedule; times are ticks. */
interface Plan {
  share: Share;
  arrives: number;
  lasts: number;
  fails: boolean;
  /** Ticks after its arrival. */
  aborts: number | undefined;
  /** Which abort controller it shares with others. */
  group: number;
}

const plans: fc.Arbitrary<Plan[]> = fc.array(
  fc.record({
    share: fc.constantFrom<Share>('one', 'one', 'all', 'all-if-idle'),
    arrives: fc.nat(12),
    lasts: fc.nat(4),
    fails: fc.boolean(),
    aborts: fc.option(fc.nat(6), { nil: undefined, freq: 2 }),
    group: fc.nat(3),
  }),
  { maxLength: 16 },
);

/** What became of a schedule, tick by tick on a clock of its own. */
class Simulation {
  readonly lane = new Lane();
  readonly started: number[] = [];
  readonly submitted: number[] = [];
  readonly aborted = new Set<number>();
  readonly outcomes = new Map<number, unknown>();
  #running = new Map<number, { whole: boolean; end: number }>();
  #controllers = new Map<number, AbortController>();
  #finish = new Map<number, () => void>();
  #now = 0;

  constructor(readonly jobs: readonly Plan[]) {}

  async run(): Promise<void> {
    const last = 13 + 8 + this.jobs.length * 6;
    for (; this.#now < last; this.#now++) {
      this.jobs.forEach((job, id) => {
        if (job.arrives === this.#now) this.#submit(id, job);
      });
      this.jobs.forEach((job, id) => {
        if (job.aborts !== undefined && job.arrives + job.aborts === this.#now) this.#abort(id, job);
      });
      for (const [id, { end }] of [...this.#running]) if (end <= this.#now) this.#finish.get(id)?.();
      await turn();
      this.#check();
    }
  }

  #submit(id: number, job: Plan): void {
    const { signal } = this.#controller(job);
    const free = this.lane.free(job.share) && !signal.aborted;
    this.submitted.push(id);
    if (signal.aborted) this.aborted.add(id);
    const result = this.lane.run(job.share, (threads) => this.#work(id, job, threads), signal);
    expect(this.started.includes(id)).toBe(free);
    result.then(
      (value) => this.outcomes.set(id, value),
      (error) => this.outcomes.set(id, error),
    );
  }

  #abort(id: number, job: Plan): void {
    const waiting = this.submitted.filter((other) => {
      return this.jobs[other]?.group === job.group && !this.started.includes(other) && !this.outcomes.has(other);
    });
    for (const other of waiting) this.aborted.add(other);
    this.#controller(job).abort(`group ${job.group}`);
    expect(
      waiting.filter((other) => this.started.includes(other)),
      `started by the abort of ${id}`,
    ).toEqual([]);
  }

  #controller({ group }: Plan): AbortController {
    const known = this.#controllers.get(group) ?? new AbortController();
    this.#controllers.set(group, known);
    return known;
  }

  #work(id: number, job: Plan, threads: number): Promise<number> {
    this.started.push(id);
    this.#running.set(id, { whole: threads > 1, end: this.#now + job.lasts });
    this.#check();
    return new Promise((resolve, reject) => {
      this.#finish.set(id, () => {
        this.#running.delete(id);
        this.#finish.delete(id);
        if (job.fails) reject(new Error(`job ${id}`));
        else resolve(id);
      });
    });
  }

  #check(): void {
    const running = [...this.#running.values()];
    expect(running.length).toBeLessThanOrEqual(WIDTH);
    if (running.some(({ whole }) => whole)) expect(running.length).toBe(1);
  }
}

test('whatever comes in whatever order, the lane keeps its promises', async () => {
  await fc.assert(
    fc.asyncProperty(plans, async (jobs) => {
      const simulation = new Simulation(jobs);
      await simulation.run();
      const { started, submitted, aborted, outcomes, lane } = simulation;

      // Everything settles, as its own job says or with its signal's reason, and the lane is empty.
      expect([lane.running, lane.waiting]).toEqual([0, 0]);
      jobs.forEach((job, id) => {
        const outcome = outcomes.get(id);
        if (aborted.has(id)) expect(outcome).toBe(`group ${job.group}`);
        else if (job.fails) expect(outcome).toEqual(new Error(`job ${id}`));
        else expect(outcome).toBe(id);
      });

      // Each job that was not aborted starts once, in the order of the calls.
      expect(started).toEqual(submitted.filter((id) => !aborted.has(id)));
      for (const id of started) expect(aborted.has(id)).toBe(false);
    }),
    { numRuns: 60 },
  );
});
