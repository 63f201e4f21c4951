import { serve } from '#libs/service';
import { registration } from './definition.js';

await serve(registration);
