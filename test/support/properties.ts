import fc from 'fast-check';

// The same cases in every run: a failure is a change in the code. TEST_SEED=2 npm test tries others.
fc.configureGlobal({ seed: Number(process.env.TEST_SEED ?? 1) });

export default fc;
