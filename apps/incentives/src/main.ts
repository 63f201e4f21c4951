import { serve } from '#libs/service';
import { incentives } from './definition.js';

await serve(incentives);
