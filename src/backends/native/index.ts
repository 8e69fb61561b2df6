import { loadAddon } from '../../runtime/addon.js';
import type { Backend } from '../backend.js';
import { closedForm } from './closed-form.js';
import { linalg } from './linalg.js';
import { moments } from './moments.js';
import { views } from './views.js';

const backend: Backend = { name: 'native', linalg, moments, views, closedForm };

/** The C++ backend. @throws EigenviewError `BACKEND_UNAVAILABLE` when its module does not load */
export function native(): Backend {
  loadAddon();
  return backend;
}
