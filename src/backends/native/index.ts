import { loadAddon } from '../../runtime/addon.js';
import type { Backend } from '../backend.js';
import { closedForm } from './closed-form.js';
import { diagnostics } from './diagnostics.js';
import { dynamics } from './dynamics.js';
import { linalg } from './linalg.js';
import { losses } from './losses.js';
import { moments } from './moments.js';
import { views } from './views.js';

const backend: Backend = { name: 'native', linalg, moments, views, diagnostics, losses, dynamics, closedForm };

/** The C++ backend. @throws EigenviewError `BACKEND_UNAVAILABLE` when its module does not load */
export function native(): Backend {
  loadAddon();
  return backend;
}
