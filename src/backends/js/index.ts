/** The backend in plain JavaScript: readable, exact, and there wherever the native addon cannot be loaded. */
import type { Backend } from '../backend.js';
import { diagnostics } from './diagnostics.js';
import { dynamics } from './dynamics.js';
import { linalg } from './linalg.js';
import { losses } from './losses.js';
import { moments } from './moments.js';
import { views } from './views.js';

export const js = { name: 'js', linalg, moments, views, diagnostics, losses, dynamics } as const satisfies Backend;
