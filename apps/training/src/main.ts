import { serve } from '#libs/service';
import { training } from './training.module.js';

await serve(training);
