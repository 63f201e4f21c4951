import Type, { type TLiteral, type TProperties, type TUnion } from 'typebox';

/** Building blocks of the schemas of pack, facts and decision. Unknown words are refused: a misspelt one must not silently hold. */
export const record = <P extends TProperties>(properties: P) => Type.Object(properties, { additionalProperties: false });
type Literals<V extends readonly (string | number)[]> =
  V extends readonly [infer First extends string | number, ...infer Rest extends (string | number)[]]
    ? [TLiteral<First>, ...Literals<Rest>] : [];
export const oneOf = <const V extends readonly (string | number)[]>(...values: V): TUnion<Literals<V>> =>
  Type.Union(values.map((value) => Type.Literal(value))) as unknown as TUnion<Literals<V>>; // map() loses the tuple

export const name = () => Type.String({ minLength: 1, maxLength: 200 });
export const text = () => record({ zh: name(), en: name() });
export const date = () => Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' });
export const orNull = <T extends Parameters<typeof Type.Union>[0][number]>(type: T) => Type.Union([type, Type.Null()]);
export const count = (minimum = 0) => Type.Integer({ minimum });
export const fen = () => Type.Integer({ minimum: 0, description: 'integer fen, CNY' });
export const mark = () => Type.String({ pattern: '^(0|[1-9]\\d{0,14})(\\.\\d{1,10})?$', description: 'a decimal string' });
