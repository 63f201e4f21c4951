import type { ServiceDefinition } from '#libs/service';
import { certification } from '../../certification/src/definition.js';
import { incentives } from '../../incentives/src/definition.js';
import { judging } from '../../judging/src/definition.js';
import { people } from '../../people/src/people.module.js';
import { registration } from '../../registration/src/definition.js';
import { training } from '../../training/src/training.module.js';

/** All services; the only place that imports several. */
export const services: readonly ServiceDefinition[] = [people, training, registration, judging, certification, incentives];
