import type { Field } from '../../dynamics.js';
import { deepLinear } from './deep-linear.js';
import { linearSimsiam } from './linear-simsiam.js';
import { peira } from './peira.js';
import { simsiam } from './simsiam.js';
import type { System } from './system.js';

export function systemOf(field: Field): System {
  switch (field.kind) {
    case 'simsiam':
      return simsiam(field);
    case 'peira':
      return peira(field);
    case 'linear-simsiam':
      return linearSimsiam(field);
    case 'deep-linear':
      return deepLinear(field);
  }
}
