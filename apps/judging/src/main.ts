import { serve } from '#libs/service';
import { judging } from './definition.js';

await serve(judging);
