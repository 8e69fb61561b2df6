import { describe, expect, it } from 'vitest';
import { dino } from '../../src/losses/dino.js';
import { Matrix } from '../../src/matrix/matrix.js';
import { plus, times } from '../support/algebra.js';
import { BACKENDS } from '../support/backends.js';
import { failure } from '../support/failure.js';
import { normals } from '../support/normals.js';
import fc from '../support/properties.js';
import { expectDifferences, expectFixture, expectSameLoss, orderOf, reordered } from './cases.js';
import { constants, lightCases } from './light-cases.js';

const student = [1, 2, 3].map((seed) => times(normals(seed, 4, 5), 0.3));
const teacher = [4, 5].map((seed) => times(normals(seed, 4, 5), 0.1));
const center = [0.1, -0.2, 0, 0.05, 0];
const views = { student, teacher, center };

describe.each(BACKENDS)('dino on %s', (backend) => {
  it.each(lightCases('dino'))('agrees with NumPy: $name', async (fixture) => {
    const fixed = { teacher: constants(fixture), center: fixture.center as number[] };
    await expectFixture((batches) => dino({ student: batches, ...fixed, ...fixture.options }, { backend }), fixture);
  });

  it.each([{}, { studentTemperature: 1, teacherTemperature: 0.5 }])(
    'has gradients that central differences confirm, %o',
    async (temperatures) => {
      await expectDifferences((batches) => dino({ ...views, student: batches, ...temperatures }, { backend }), student);
    },
  );

  it('does not see the order of samples or classes, nor a number added to a row or a centre', async () => {
    const base = await dino(views, { backend });
    await fc.assert(
      fc.asyncProperty(fc.nat(999), fc.double({ min: -3, max: 3, noNaN: true }), async (pick, shift) => {
        const [rows, cols] = [orderOf(4, pick), orderOf(5, pick / 7)];
        const lifted = (z: Matrix, by: number) => plus(reordered(z, rows, cols), constant(by));
        const found = await dino(
          {
            student: student.map((z) => lifted(z, shift)),
            teacher: teacher.map((z) => lifted(z, -shift)),
            center: Float64Array.from(cols, (j) => (center[j] as number) + shift / 2),
          },
          { backend },
        );
        const gradients = base.gradients.map((gradient) => reordered(gradient, rows, cols));
        expectSameLoss(found, { ...base, gradients }, 1e-12);
      }),
      { numRuns: 15 },
    );
  });

  it('has no divergence, and no slope, where the student is the teacher at its temperature', async () => {
    // s/0.1 = (t − c)/0.04 in both views.
    const shared = teacher[0] as Matrix;
    const same = times(plus(shared, Matrix.from([center, center, center, center]), -1), 2.5);
    const found = await dino({ student: [same, same], teacher: [shared, shared], center }, { backend });
    expect(found.parts.divergence).toBeCloseTo(0, 14);
    expect(found.loss).toBeCloseTo(found.parts.entropy, 14);
    for (const gradient of found.gradients) expect(gradient).toBeCloseToArray(new Float64Array(20), 1e-14);
  });

  it('is stable where exponents are far beyond double precision', async () => {
    const [a, b] = [Matrix.from([[1e4, 0, -1e4]]), Matrix.from([[0, 1e4, -1e4]])];
    const { loss, gradients } = await dino({ student: [a, b], teacher: [b], center: [0, 0, 0] }, { backend });
    // The teacher's class 1 against the student's b, the only other view, of the same class.
    expect(loss).toBe(0);
    expect(gradients.map((gradient) => gradient.toArray())).toEqual([[[0, 0, 0]], [[0, 0, 0]]]);
    const wrong = await dino({ student: [b, a], teacher: [b], center: [0, 0, 0] }, { backend });
    expect(wrong.loss).toBe(1e5);
    expect(wrong.gradients[1]?.toArray()).toEqual([[10, -10, 0]]);
  });

  it('refuses what is no pair of views, temperature or centre', async () => {
    const refusal = (change: object) => failure(() => dino({ ...views, ...change } as never, { backend }));
    for (const name of ['studentTemperature', 'teacherTemperature']) {
      for (const value of [0, -1]) {
        expect(await refusal({ [name]: value })).toMatchObject({ code: 'OUT_OF_RANGE', argument: name });
      }
      expect(await refusal({ [name]: Number.NaN })).toMatchObject({ code: 'INVALID_ARGUMENT', argument: name });
    }
    expect(await refusal({ student: student.slice(2) })).toMatchObject({ code: 'OUT_OF_RANGE', argument: 'student' });
    expect(await refusal({ teacher: [] })).toMatchObject({ code: 'OUT_OF_RANGE', argument: 'teacher' });
    const many = [...teacher, ...teacher];
    expect(await refusal({ teacher: many })).toMatchObject({ code: 'OUT_OF_RANGE', argument: 'teacher' });
    const narrow = { code: 'SHAPE_MISMATCH', argument: 'teacher[0]' };
    expect(await refusal({ teacher: [normals(1, 4, 3)] })).toMatchObject(narrow);
    const ragged = { code: 'SHAPE_MISMATCH', argument: 'student[1]' };
    expect(await refusal({ student: [student[0], normals(1, 3, 5)] })).toMatchObject(ragged);
    expect(await refusal({ center: [1, 2] })).toMatchObject({ code: 'SHAPE_MISMATCH', argument: 'center' });
    expect(await refusal({ center: undefined })).toMatchObject({ code: 'INVALID_ARGUMENT', argument: 'center' });
    const hole = { code: 'INVALID_ARGUMENT', argument: 'center[3]' };
    expect(await refusal({ center: [0, 0, 0, undefined, 0] })).toMatchObject(hole);
    const notFinite = { code: 'NOT_FINITE', argument: 'center[3]' };
    expect(await refusal({ center: [0, 0, 0, Number.NaN, 0] })).toMatchObject(notFinite);
    const center = new Float64Array(5);
    structuredClone(center, { transfer: [center.buffer] });
    expect(await refusal({ center })).toMatchObject({ code: 'DETACHED', argument: 'center' });
  });

  it('says which number makes it overflow', async () => {
    const refusal = (change: object) => failure(() => dino({ ...views, ...change } as never, { backend }));
    for (const name of ['studentTemperature', 'teacherTemperature']) {
      const low = await refusal({ [name]: 1e-320 });
      expect(low).toMatchObject({ code: 'OUT_OF_RANGE', argument: name });
      expect(low.message).toMatch(/^dino: the loss, or its gradient, overflows\. .* Raise it/);
    }
    const large = { student: [student[0], times(student[1] as Matrix, 1e308)] };
    const error = await refusal({ ...large, teacher: teacher.slice(0, 1) });
    expect(error).toMatchObject({ code: 'OUT_OF_RANGE', argument: 'student[1]' });
  });
});

it('meets every other view of the student: the worked values', async () => {
  const [a, b] = [Matrix.from([[1, 0]]), Matrix.from([[0, 1]])];
  const temperatures = { studentTemperature: 1, teacherTemperature: 1 };
  const batches = { student: [a, b], teacher: [a], center: [1, 0] };
  const { loss, parts, gradients } = await dino({ ...batches, ...temperatures });
  // p = (½, ½), log q = (−log(1 + e), 1 − log(1 + e)).
  expect(parts.entropy).toBeCloseTo(Math.log(2), 15);
  expect(loss).toBeCloseTo(Math.log(1 + Math.E) - 0.5, 15);
  const q = Math.E / (1 + Math.E);
  expect(gradients[0]?.toArray()).toEqual([[0, 0]]);
  expect(gradients[1] as Matrix).toBeCloseToArray([0.5 - q, q - 0.5], 1e-15);
});

function constant(value: number): Matrix {
  return new Matrix(4, 5, new Float64Array(20).fill(value));
}
