import { serve } from '#libs/service';
import { incentives } from './incentives.js';

await serve(incentives);
