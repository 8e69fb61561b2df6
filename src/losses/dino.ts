/**
 * DINO (Caron et al., "Emerging Properties in Self-Supervised Vision Transformers", ICCV 2021, arXiv 2104.14294, equation 3),
 * of outputs s of the student and t of the teacher, constant, with temperatures τ_s, τ_t and a centre c:
 *
 *     p = softmax((t − c)/τ_t),  q = softmax(s/τ_s)
 *     entropy    = −mean Σ p log p                  over pairs (teacher's view i, student's view j ≠ i) and rows
 *     divergence =  mean Σ p (log p − log q)        over the same
 *     loss       = entropy + divergence = −mean Σ p log q
 */
import type { LossControl } from '../backends/losses.js';
import type { CallOptions } from '../backends/select.js';
import { describe, EigenviewError } from '../errors.js';
import { checkNumber, checkSameShape } from '../matrix/check.js';
import { checkArrayAttached, Matrix } from '../matrix/matrix.js';
import { checkViews } from './batch.js';
import { copied, finished, overRows } from './elementwise.js';
import type { Loss } from './loss.js';
import { checkNamed } from './named.js';
import { type Culprit, largestOf, tellOverflow, tooLow } from './overflow.js';
import { beginLoss } from './site.js';

/** Outputs of both networks, B×k each, row i of all of them of one sample. */
export interface DinoViews {
  /** Of the student: the views that the teacher sees, in the same order, then those it does not see. */
  student: readonly Matrix[];
  /** Of the teacher, one or more. */
  teacher: readonly Matrix[];
  /** What is subtracted from the teacher's outputs, k numbers; its running mean (momentum 0.9) in the paper. */
  center: ArrayLike<number>;
  /** τ_s > 0. Default 0.1. */
  studentTemperature?: number;
  /** τ_t > 0. Default 0.04, the official code's after or without its warm-up. */
  teacherTemperature?: number;
}

export type DinoPart = 'entropy' | 'divergence';

/**
 * DINO's loss, every view of the teacher against every other one of the student, and its gradients by the student's
 * outputs, in their order. Adding a number to all elements of a row changes nothing.
 *
 * @throws EigenviewError `SHAPE_MISMATCH`, `EMPTY`, `NOT_FINITE`; `OUT_OF_RANGE` for a temperature that is not above 0,
 * fewer than two views of the student, more of the teacher than of the student, or a loss that overflows
 * @example
 * ```ts
 * const [a, b] = [Matrix.from([[1, 0]]), Matrix.from([[0, 1]])];
 * const temperatures = { studentTemperature: 1, teacherTemperature: 1 };
 * const { parts } = await dino({ student: [a, b], teacher: [a], center: [1, 0], ...temperatures });
 * console.log(parts); // entropy log 2, divergence 0.12…: a uniform teacher against softmax(0, 1)
 * ```
 */
export async function dino(views: DinoViews, options?: CallOptions): Promise<Loss<DinoPart>> {
  const { control } = beginLoss('dino', options);
  const named = checkNamed('dino', views, ['student', 'teacher', 'center', 'studentTemperature', 'teacherTemperature']);
  const { studentTemperature = 0.1, teacherTemperature = 0.04 } = named;
  checkNumber('studentTemperature', studentTemperature, { min: 0, above: true });
  checkNumber('teacherTemperature', teacherTemperature, { min: 0, above: true });
  const { student, teacher, center } = checkOutputs(named);
  return tellOverflow(
    'dino',
    () => culprit({ student, teacher, center }, { studentTemperature, teacherTemperature }),
    async () => {
      const work = new Pairs(student, teacher, center, studentTemperature, teacherTemperature);
      await eachRow(control, work);
      const { entropy, divergence, gradients } = work;
      return finished(control, { entropy, divergence }, { entropy: 1, divergence: 1 }, gradients);
    },
  );
}

function checkOutputs(named: Partial<Record<'student' | 'teacher' | 'center', unknown>>): {
  student: Matrix[];
  teacher: Matrix[];
  center: Float64Array;
} {
  const student = checkViews('student', named.student, 2);
  const teacher = checkViews('teacher', named.teacher, 1);
  const { rows, cols } = (student[0] as { matrix: Matrix }).matrix;
  checkSameShape('teacher[0]', (teacher[0] as { matrix: Matrix }).matrix, rows, cols);
  if (teacher.length > student.length) {
    throw new EigenviewError('OUT_OF_RANGE', 'The teacher has views that the student does not have.', {
      argument: 'teacher',
      expected: `at most ${student.length} batches, the first ones of student`,
      received: `${teacher.length}`,
    });
  }
  const center = checkCenter(named.center, cols);
  return { student: copied(student), teacher: copied(teacher), center };
}

function checkCenter(value: unknown, cols: number): Float64Array {
  if (!Array.isArray(value) && !(value instanceof Float64Array) && !(value instanceof Float32Array)) {
    throw new EigenviewError('INVALID_ARGUMENT', 'The centre is a list of numbers.', {
      argument: 'center',
      expected: `${cols} numbers`,
      received: describe(value),
      fix: 'Pass zeros for no centring.',
    });
  }
  if (ArrayBuffer.isView(value)) checkArrayAttached('center', value);
  if (value.length !== cols) {
    throw new EigenviewError('SHAPE_MISMATCH', 'The centre does not fit the outputs.', {
      argument: 'center',
      expected: `${cols} numbers`,
      received: `${value.length}`,
    });
  }
  for (let j = 0; j < cols; j++) checkCoordinate(`center[${j}]`, value[j]);
  return Float64Array.from(value as ArrayLike<number>);
}

function checkCoordinate(argument: string, value: unknown): void {
  if (typeof value !== 'number') checkNumber(argument, value);
  if (Number.isFinite(value)) return;
  throw new EigenviewError('NOT_FINITE', `${argument} is ${value}.`, {
    argument,
    expected: 'finite',
    received: String(value),
    fix: 'Pass zeros for no centring.',
  });
}

/** Below, it is the temperature that makes (t − c)/τ, or the gradient's 1/τ, overflow. */
const TINY = 1e-100;

function culprit(
  { student, teacher, center }: { student: Matrix[]; teacher: Matrix[]; center: Float64Array },
  temperatures: { studentTemperature: number; teacherTemperature: number },
): Culprit {
  const { studentTemperature, teacherTemperature } = temperatures;
  const lowest = studentTemperature < teacherTemperature ? 'studentTemperature' : 'teacherTemperature';
  if (temperatures[lowest] < TINY) return tooLow(lowest, temperatures[lowest]);
  const named = (name: string, batches: Matrix[]) => batches.map((batch, i) => [`${name}[${i}]`, batch] as const);
  return largestOf({
    ...Object.fromEntries([...named('student', student), ...named('teacher', teacher)]),
    center: new Matrix(1, center.length, center),
  });
}

/** Some ten additions an exponential. */
const EXPONENTIAL = 10;

async function eachRow(control: LossControl, work: Pairs): Promise<void> {
  await overRows(
    control,
    work,
    (from, to) => {
      for (let i = from; i < to; i++) work.addRow(i);
    },
    EXPONENTIAL * work.views,
  );
}

/** The sums over pairs, row by row. */
class Pairs {
  readonly rows: number;
  readonly cols: number;
  readonly views: number;
  readonly gradients: Matrix[];
  entropy = 0;
  divergence = 0;
  readonly #student: Matrix[];
  readonly #teacher: Matrix[];
  readonly #center: Float64Array;
  readonly #temperatures: { student: number; teacher: number };
  /** 1/(rows · pairs). */
  readonly #share: number;
  /** Of the row at hand: p and log p of each view of the teacher, and Σ p over them; log q of one of the student. */
  readonly #p: Float64Array[];
  readonly #logP: Float64Array[];
  readonly #sumP: Float64Array;
  readonly #logQ: Float64Array;

  constructor(student: Matrix[], teacher: Matrix[], center: Float64Array, ofStudent: number, ofTeacher: number) {
    const { rows, cols } = student[0] as Matrix;
    this.rows = rows;
    this.cols = cols;
    this.views = student.length + teacher.length;
    this.gradients = student.map(() => new Matrix(rows, cols));
    this.#student = student;
    this.#teacher = teacher;
    this.#center = center;
    this.#temperatures = { student: ofStudent, teacher: ofTeacher };
    this.#share = 1 / rows / (teacher.length * (student.length - 1));
    this.#p = teacher.map(() => new Float64Array(cols));
    this.#logP = teacher.map(() => new Float64Array(cols));
    this.#sumP = new Float64Array(cols);
    this.#logQ = new Float64Array(cols);
  }

  addRow(i: number): void {
    this.#sumP.fill(0);
    this.#teacher.forEach((teacher, v) => {
      this.#addTeacher(teacher, i, v);
    });
    this.#student.forEach((student, v) => {
      this.#addStudent(student, i, v);
    });
  }

  #addTeacher({ data }: Matrix, i: number, v: number): void {
    const [p, logP] = [this.#p[v] as Float64Array, this.#logP[v] as Float64Array];
    const { cols } = this;
    for (let j = 0, at = i * cols; j < cols; j++, at++) {
      logP[j] = ((data[at] as number) - (this.#center[j] as number)) / this.#temperatures.teacher;
    }
    normalise(logP);
    let entropy = 0;
    for (let j = 0; j < cols; j++) {
      p[j] = Math.exp(logP[j] as number);
      this.#sumP[j] = (this.#sumP[j] as number) + (p[j] as number);
      entropy -= (p[j] as number) * (logP[j] as number);
    }
    // Each view of the teacher meets all views of the student but one.
    this.entropy += this.#share * (this.#student.length - 1) * entropy;
  }

  /** ∂/∂s of −Σ p log q is (q − p)/τ_s. */
  #addStudent({ data }: Matrix, i: number, v: number): void {
    const logQ = this.#logQ;
    const { cols } = this;
    for (let j = 0, at = i * cols; j < cols; j++, at++) logQ[j] = (data[at] as number) / this.#temperatures.student;
    normalise(logQ);
    this.#p.forEach((p, teacher) => {
      if (teacher !== v) this.divergence += this.#share * divergence(p, this.#logP[teacher] as Float64Array, logQ);
    });
    const own = this.#p[v];
    const met = this.#teacher.length - (own === undefined ? 0 : 1);
    const factor = this.#share / this.#temperatures.student;
    const gradient = (this.gradients[v] as Matrix).data;
    for (let j = 0, at = i * cols; j < cols; j++, at++) {
      const target = (this.#sumP[j] as number) - (own === undefined ? 0 : (own[j] as number));
      gradient[at] = factor * (met * Math.exp(logQ[j] as number) - target);
    }
  }
}

/** Σ p (log p − log q). */
function divergence(p: Float64Array, logP: Float64Array, logQ: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < p.length; j++) sum += (p[j] as number) * ((logP[j] as number) - (logQ[j] as number));
  return sum;
}

/** Subtracts log Σ exp, in place. */
function normalise(scores: Float64Array): void {
  let most = Number.NEGATIVE_INFINITY;
  for (let j = 0; j < scores.length; j++) most = Math.max(most, scores[j] as number);
  let sum = 0;
  for (let j = 0; j < scores.length; j++) sum += Math.exp((scores[j] as number) - most);
  const log = Math.log(sum);
  for (let j = 0; j < scores.length; j++) scores[j] = (scores[j] as number) - most - log;
}
