/** SWC as always, but that the file of the mutant named by MUTANT is read with its change, or its two. */
import { createRequire } from 'node:module';
import { mutants } from './mutants-list.mjs';

const swc = createRequire(import.meta.url)('@swc/jest');
const mutant = mutants.find(({ name }) => name === process.env.MUTANT);

const mutated = (source, file) => {
  if (mutant === undefined || !file.endsWith(`/${mutant.file}`)) return source;
  return [mutant, ...(mutant.also ? [mutant.also] : [])].reduce((changed, { from, to }) => {
    if (changed.split(from).length !== 2) throw new Error(`mutant ${mutant.name}: ${mutant.file} does not say once ${from}`);
    return changed.replace(from, () => to);
  }, source);
};

export default {
  createTransformer: (options) => {
    const inner = swc.createTransformer(options);
    return {
      canInstrument: false,
      process: (source, file, asked) => inner.process(mutated(source, file), file, asked),
      processAsync: (source, file, asked) => inner.processAsync(mutated(source, file), file, asked),
      getCacheKey: (source, file, asked) => inner.getCacheKey(mutated(source, file), file, asked),
    };
  },
};
