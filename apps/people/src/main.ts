import { serve } from '#libs/service';
import { people } from './people.module.js';

await serve(people);
