/**
 * The public surface of eigenview: explicit re-exports, nothing else.
 *
 * @module
 */
export type { Eig, Eigh, Svd } from './backends/linalg.js';
export type { BackendName, CallOptions, SyncOptions } from './backends/select.js';
export { type Cca, type CcaOptions, cca, type PairMoments } from './closed-form/cca.js';
export type { EncoderOptions } from './closed-form/encoder.js';
export { type JointEmbedding, jointEmbedding } from './closed-form/joint-embedding.js';
export { probeLoss } from './closed-form/probe-loss.js';
export { type Reconstruction, reconstruction } from './closed-form/reconstruction.js';
export { type Supervised, supervised } from './closed-form/supervised.js';
export type { Regularisation } from './closed-form/whitening.js';
export { openCifar10 } from './data/cifar.js';
export { type CsvSource, openCsv } from './data/csv.js';
export type { CsvOptions } from './data/csv-layout.js';
export { openIdx } from './data/idx.js';
export { type MnistOptions, openMnist } from './data/mnist.js';
export { type NpyValue, openNpy, writeNpy } from './data/npy.js';
export { type Npz, openNpz, writeNpz } from './data/npz.js';
export { oneHot } from './data/one-hot.js';
export type { ChunkedSource, LabelledSource } from './data/source.js';
export { EigenviewError, type ErrorCode, type ErrorDetails } from './errors.js';
export { type BatchOptions, eighBatch, svdBatch } from './linalg/batch.js';
export { cholesky, choleskySync } from './linalg/cholesky.js';
export { eig, eigSync } from './linalg/eig.js';
export { type EighOptions, eigh, eighSync } from './linalg/eigh.js';
export { type InverseSqrtOptions, inverseSqrt, inverseSqrtSync } from './linalg/inverse-sqrt.js';
export { type MatmulOptions, matmul, matmulSync } from './linalg/matmul.js';
export { solve, solveSync } from './linalg/solve.js';
export { type SubspaceDistance, subspaceDistance, subspaceDistanceSync } from './linalg/subspace-distance.js';
export { type SvdOptions, svd, svdSync } from './linalg/svd.js';
export { Matrix, type MatrixData } from './matrix/matrix.js';
export { type ViewMomentsOptions, viewMoments } from './moments/collect.js';
export { type CorruptGaussianOptions, corruptGaussian } from './moments/corrupt.js';
export { type EncodeOptions, encode } from './moments/encode.js';
export { type Pca, type PcaOptions, pca } from './moments/pca.js';
export type { JsonArray, MomentsJson } from './moments/serialise.js';
export type { Source } from './moments/source.js';
export { type MomentFields, ViewMoments } from './moments/view-moments.js';
export { setThreads, threads } from './runtime/threads.js';
export { type AlignmentStudyConfig, alignmentStudy, type StudyCell } from './study/alignment-study.js';
export { builtInDataset } from './study/built-in.js';
export { imageDataset, type StudyDataset } from './study/dataset.js';
export type { Noise, Problem } from './study/protocol.js';
export {
  type AlignmentProblem,
  type AlignmentThresholds,
  alignmentThresholds,
  type Threshold,
} from './thresholds/alignment.js';
export type { Covariance } from './views/covariance.js';
export { type GaussianOptions, gaussianViews } from './views/gaussian.js';
export type { InputMoments, ViewExpectation, ViewProcess } from './views/view-process.js';
