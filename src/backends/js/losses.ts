/** The heavy objectives in plain JavaScript: the readable reference for the native kernels, and what runs without them. */
import type { LossesBackend } from '../losses.js';
import { barlowTwins } from './losses/barlow-twins.js';
import { sigreg } from './losses/sigreg.js';
import { simclr } from './losses/simclr.js';
import { vicreg } from './losses/vicreg.js';

export const losses: LossesBackend = { vicreg, barlowTwins, simclr, sigreg };
