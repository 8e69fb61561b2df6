import type { ClosedFormBackend } from './closed-form.js';
import type { DiagnosticsBackend } from './diagnostics.js';
import type { DynamicsBackend } from './dynamics.js';
import type { LinalgBackend } from './linalg.js';
import type { LossesBackend } from './losses.js';
import type { MomentsBackend } from './moments.js';
import type { ViewsBackend } from './views.js';

/** Everything one implementation of the numerical kernels provides. */
export interface Backend {
  readonly name: 'native' | 'js';
  readonly linalg: LinalgBackend;
  readonly moments: MomentsBackend;
  readonly views: ViewsBackend;
  readonly diagnostics: DiagnosticsBackend;
  readonly losses: LossesBackend;
  readonly dynamics: DynamicsBackend;
  /** Where there is none, callers use the closed forms in TypeScript. */
  readonly closedForm?: ClosedFormBackend;
}
