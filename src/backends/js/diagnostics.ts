import type { DiagnosticsBackend } from '../diagnostics.js';
import { Rows } from './row-store.js';

export const diagnostics: DiagnosticsBackend = { rows: (cols) => new Rows(cols) };
