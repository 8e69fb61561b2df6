/** The backend in plain JavaScript: readable, exact, and there wherever the native addon cannot be loaded. */
import type { Backend } from '../backend.js';
import { linalg } from './linalg.js';
import { moments } from './moments.js';
import { views } from './views.js';

export const js = { name: 'js', linalg, moments, views } as const satisfies Backend;
