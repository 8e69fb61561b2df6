import fc from 'fast-check';

// The same cases in every run: a failure is a change in the code.
fc.configureGlobal({ seed: 1 });

export default fc;
