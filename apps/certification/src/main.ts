import { serve } from '#libs/service';
import { certification } from './definition.js';

await serve(certification);
