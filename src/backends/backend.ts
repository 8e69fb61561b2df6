import type { ClosedFormBackend } from './closed-form.js';
import type { LinalgBackend } from './linalg.js';
import type { MomentsBackend } from './moments.js';
import type { ViewsBackend } from './views.js';

/** Everything one implementation of the numerical kernels provides. */
export interface Backend {
  readonly name: 'native' | 'js';
  readonly linalg: LinalgBackend;
  readonly moments: MomentsBackend;
  readonly views: ViewsBackend;
  /** Where there is none, callers use the closed forms in TypeScript. */
  readonly closedForm?: ClosedFormBackend;
}
