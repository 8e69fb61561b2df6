/**
 * The public surface of eigenview: explicit re-exports, nothing else.
 *
 * @module
 */
export type {
  DeepLinearField,
  Field,
  Gram,
  LinearSimsiamField,
  PeiraField,
  SimsiamField,
  StopReason,
} from './backends/dynamics.js';
export type { Eig, Eigh, LinalgBackend, Svd } from './backends/linalg.js';
export type { BackendName, CallOptions, SyncOptions } from './backends/select.js';
export type { ViewStep } from './backends/views.js';
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
export type { LabelRequest } from './data/labels.js';
export { type MnistOptions, openMnist } from './data/mnist.js';
export { type NpyValue, openNpy, writeNpy } from './data/npy.js';
export { type Npz, openNpz, writeNpz } from './data/npz.js';
export { oneHot } from './data/one-hot.js';
export { type DataOptions, openData } from './data/open.js';
export { openParquet, type ParquetOptions, type ParquetSource } from './data/parquet.js';
export type { ChunkedSource, DataSource, LabelledSource, Targets } from './data/source.js';
export type { TargetKind } from './data/targets.js';
export { type AlignmentOptions, alignment } from './diagnostics/alignment.js';
export type { CollapseMeasures } from './diagnostics/collapse-measures.js';
export { type CollapseOptions, type CollapseReport, collapseReport } from './diagnostics/collapse-report.js';
export type { CollapseVerdict } from './diagnostics/collapse-words.js';
export type { SampleIds } from './diagnostics/groups.js';
export { type KnnProbe, type KnnProbeOptions, knnProbe } from './diagnostics/knn-probe.js';
export type { Labelled, Split } from './diagnostics/labelled.js';
export { lidar } from './diagnostics/lidar.js';
export type { LinearMap } from './diagnostics/linear-map.js';
export { type LinearProbe, type LinearProbeOptions, linearProbe, type Measured } from './diagnostics/linear-probe.js';
export { rankMe } from './diagnostics/rank-me.js';
export { effectiveRank, type Spectrum, spectrum } from './diagnostics/spectrum.js';
export { type UniformityOptions, uniformity } from './diagnostics/uniformity.js';
export {
  type CanonicalFunctions,
  type CanonicalFunctionsOptions,
  canonicalFunctions,
  canonicalFunctionsSync,
} from './dynamics/canonical-functions.js';
export { type BandwidthOptions, bandwidthOf } from './dynamics/dictionaries/bandwidth.js';
export type { Dictionary } from './dynamics/dictionaries/dictionary.js';
export { type NystromFeaturesOptions, nystromFeatures } from './dynamics/dictionaries/nystrom-features.js';
export { type RandomFeaturesOptions, randomFeatures } from './dynamics/dictionaries/random-features.js';
export { type ReluFeaturesOptions, reluFeatures } from './dynamics/dictionaries/relu-features.js';
export {
  type PeiraSpectrumOptions,
  peiraEigenvalues,
  peiraFilter,
  peiraMinimum,
  simsiamFilter,
} from './dynamics/filters.js';
export type {
  Basin,
  BasinOptions,
  BasinStatistics,
  Classification,
  EquilibriaOptions,
  Equilibrium,
  Flow,
  IntegrateOptions,
  PickedMode,
  RandomStart,
  Schwarz,
  Stability,
  StabilityOptions,
  StabilityVerdict,
  Trajectory,
} from './dynamics/flow.js';
export { type DeepLinearFeatures, type DeepLinearFlowOptions, deepLinearFlow } from './dynamics/flows/deep-linear.js';
export {
  type LinearMoments,
  type LinearSimsiamFlowOptions,
  linearSimsiamFlow,
} from './dynamics/flows/linear-simsiam.js';
export { type PeiraFlowOptions, peiraFlow } from './dynamics/flows/peira.js';
export { type SimsiamFlowOptions, type SimsiamRidge, simsiamFlow } from './dynamics/flows/simsiam.js';
export { type DensityPairOptions, densityPair } from './dynamics/pairs/density-pair.js';
export { type DiscretePairOptions, discretePair } from './dynamics/pairs/discrete-pair.js';
export { type GaussianPairOptions, gaussianPair } from './dynamics/pairs/gaussian-pair.js';
export { type LatentPairOptions, latentPair } from './dynamics/pairs/latent-pair.js';
export { type MomentsPairOptions, momentsPair } from './dynamics/pairs/moments-pair.js';
export { type SamplePairOptions, samplePair } from './dynamics/pairs/sample-pair.js';
export { type TorusPairOptions, torusPair } from './dynamics/pairs/torus-pair.js';
export type { TorusShift } from './dynamics/pairs/torus-shift.js';
export type { PairTruth, Side, ViewPair } from './dynamics/pairs/view-pair.js';
export type { WhiteningOptions } from './dynamics/pairs/whitened-pair.js';
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
export {
  type BarlowTwinsConvention,
  type BarlowTwinsOptions,
  type BarlowTwinsPart,
  barlowTwins,
} from './losses/barlow-twins.js';
export { type ByolPart, byol } from './losses/byol.js';
export { type DinoPart, type DinoViews, dino } from './losses/dino.js';
export {
  type JointEmbeddingLoss,
  type JointEmbeddingObjectiveOptions,
  type JointEmbeddingObjectivePart,
  jointEmbeddingObjective,
} from './losses/joint-embedding-objective.js';
export { type LejepaOptions, type LejepaPart, lejepa } from './losses/lejepa.js';
export type { Loss } from './losses/loss.js';
export { type MaskedPatches, mae } from './losses/mae.js';
export { type PeiraOptions, type PeiraPart, peira } from './losses/peira.js';
export { type PeiraMomentFields, PeiraMoments } from './losses/peira-moments.js';
export { type PldmBatches, type PldmOptions, type PldmPart, pldm } from './losses/pldm.js';
export type { PredictedViews } from './losses/predicted-views.js';
export {
  type ReconstructionObjectiveOptions,
  type ReconstructionObjectivePart,
  reconstructionObjective,
} from './losses/reconstruction-objective.js';
export type { RecycleOptions } from './losses/recycle.js';
export { type SigregOptions, type SigregSketch, sigreg } from './losses/sigreg.js';
export { type SimclrOptions, type SimclrPart, simclr } from './losses/simclr.js';
export { type SimsiamPart, simsiam } from './losses/simsiam.js';
export { type SpectralContrastivePart, spectralContrastive } from './losses/spectral-contrastive.js';
export {
  type SupervisedObjectiveOptions,
  type SupervisedObjectivePart,
  supervisedObjective,
} from './losses/supervised-objective.js';
export { type VicregOptions, type VicregPart, vicreg } from './losses/vicreg.js';
export { type WhitenedMseOptions, whitenedMse } from './losses/whitened-mse.js';
export { Matrix, type MatrixData } from './matrix/matrix.js';
export { type ViewMomentsOptions, viewMoments } from './moments/collect.js';
export { type CorruptOptions, corrupt } from './moments/corrupt.js';
export { type CorruptGaussianOptions, corruptGaussian } from './moments/corrupt-gaussian.js';
export type { DrawnViews } from './moments/drawn-views.js';
export { type EncodeOptions, encode } from './moments/encode.js';
export { type Pca, type PcaOptions, pca } from './moments/pca.js';
export type { RelativeErrors } from './moments/relative-errors.js';
export { type SampleViewsOptions, sampleViews } from './moments/sample-views.js';
export type { JsonArray, MomentsJson } from './moments/serialise.js';
export type { Source } from './moments/source.js';
export { type StandardErrors, standardErrors } from './moments/standard-errors.js';
export { type MomentFields, ViewMoments } from './moments/view-moments.js';
export { compareHtml } from './report/compare-html.js';
export { compareText } from './report/compare-text.js';
export type { Study } from './report/comparison.js';
export { type ContactSheetOptions, contactSheet } from './report/contact-sheet.js';
export { type DirectionSheetOptions, directionSheet } from './report/direction-sheet.js';
export type { ReportFigures } from './report/draw-report.js';
export type { FigureCell } from './report/figure-cell.js';
export { type PhaseDiagramOptions, phaseDiagram } from './report/phase-diagram.js';
export { type PngOptions, renderPng } from './report/png.js';
export { reportHtml } from './report/report-html.js';
export { type StudyFigureOptions, studyFigure } from './report/study-figure.js';
export { writeReport } from './report/write-report.js';
export { setThreads, threads } from './runtime/threads.js';
export { type AlignmentStudy, type AlignmentStudyConfig, alignmentStudy } from './study/alignment-study.js';
export { builtInDataset } from './study/built-in.js';
export type { CellCoordinates, FailedCell, StudyCell } from './study/cell.js';
export {
  type OneOrMore,
  parseStudyConfig,
  type ResolvedStudyConfig,
  resolveStudyConfig,
  type StudyConfig,
  studyConfigSchema,
} from './study/config.js';
export { imageDataset, type StudyDataset, type TableOptions, tableDataset } from './study/dataset.js';
export type { GridOptions } from './study/grid.js';
export { cellKey } from './study/key.js';
export { type DatasetConfig, openStudyDataset } from './study/open.js';
export type { Problem } from './study/protocol.js';
export { readStudyConfig } from './study/read-config.js';
export { type RecordedStudy, type RecordOptions, readStudy, recordStudy } from './study/record.js';
export type {
  Advice,
  Agreement,
  Curve,
  Need,
  Provenance,
  Regime,
  SeedThresholds,
  Slope,
  Spread,
  StudyGrid,
  StudyRecord,
  StudySummary,
  Verdict,
} from './study/summary.js';
export {
  type AlignmentProblem,
  type AlignmentThresholds,
  alignmentThresholds,
  type Threshold,
} from './thresholds/alignment.js';
export { type AdamWOptions, adamW } from './training/adam-w.js';
export type { CheckpointOptions, TrainingRecord } from './training/checkpoint.js';
export { centerUpdate, emaUpdate } from './training/ema-update.js';
export { type LarsOptions, lars } from './training/lars.js';
export { linearEncoderGradient } from './training/linear-encoder-gradient.js';
export {
  type Differentiable,
  type DifferentiableValue,
  type MinimiseOptions,
  type Minimum,
  minimise,
} from './training/minimise.js';
export type {
  NamedObjective,
  ObjectiveName,
  ObjectiveValue,
  TrainingObjective,
  TwoViewObjective,
} from './training/objective.js';
export type { Optimizer, OptimizerStep } from './training/optimizer.js';
export { OptimizerState, type OptimizerStateJson } from './training/optimizer-state.js';
export { cosineSchedule, linearSchedule, type Rate, type Schedule, type ScheduleOptions } from './training/schedule.js';
export { type SgdOptions, sgd } from './training/sgd.js';
export {
  type TrainedEncoder,
  type TrainingProgress,
  type TrainLinearOptions,
  trainLinear,
} from './training/train-linear.js';
export {
  type PeiraAlgorithm,
  type TrainedPeira,
  type TrainPeiraOptions,
  trainPeira,
} from './training/train-peira.js';
export { type AffineMap, affineViews } from './views/affine.js';
export { alignedWith } from './views/aligned.js';
export { chooseViews } from './views/choose.js';
export { composeViews } from './views/compose.js';
export type { CorruptionSource } from './views/corruption.js';
export type { Covariance } from './views/covariance.js';
export {
  type CustomDraws,
  type CustomFunction,
  type CustomOptions,
  type CustomStep,
  customViews,
} from './views/custom.js';
export { type GaussianOptions, type GaussianViews, gaussianViews } from './views/gaussian.js';
export {
  cyclicShifts,
  flips,
  type GroupOptions,
  groupViews,
  type PlanarShape,
  rotations,
  type SignedPermutation,
} from './views/group.js';
export type {
  Augmentation,
  ColorJitter,
  GaussianBlur,
  Grayscale,
  HorizontalFlip,
  Interval,
  RandomResizedCrop,
  Solarize,
} from './views/image/augmentations.js';
export {
  CORRUPTIONS,
  type Corruption,
  type CorruptionName,
  type GaussianNoise,
  type Severity,
} from './views/image/corruptions.js';
export { type Preset, type PresetName, type PresetStep, presets } from './views/image/presets.js';
export type { SeverityTable } from './views/image/severities.js';
export type { ImageShape } from './views/image/transform.js';
export { type ImageTransform, imageViews } from './views/image.js';
export { type MaskOptions, maskViews, type PatchGrid } from './views/mask.js';
export { type MethodName, presetViews } from './views/preset.js';
export type { RandomAffine } from './views/random-affine.js';
export { readViews } from './views/read-views.js';
export type { DrawnStep, ViewProcess } from './views/view-process.js';
