/** Writes docs/demo.schema.json from its one definition in apps/demo. */
import { writeFileSync } from 'node:fs';
import { outcomeSchema } from '../apps/demo/src/outcome.js';

writeFileSync('docs/demo.schema.json', `${JSON.stringify(outcomeSchema, null, 2)}\n`);
