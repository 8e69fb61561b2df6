import type { MomentsBackend } from '../moments.js';
import { Gram } from './gram.js';
import { addNoise } from './noise.js';
import { project } from './project.js';

/** Data-sized operations in plain loops that let the event loop turn. */
export const moments: MomentsBackend = { gram: (dx, dy, noise) => new Gram(dx, dy, noise), project, addNoise };
