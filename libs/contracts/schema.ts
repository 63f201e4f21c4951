import Type, { type Static, type TLiteral, type TObject, type TProperties, type TUnion } from 'typebox';

/** Building blocks of the public contract. An unknown extra property is allowed: within a major, only additions. */
export const id = () => Type.String({ format: 'uuid' });
export const ref = () => Type.String({ minLength: 1, maxLength: 200 });
export const decimalString = () => Type.String({ pattern: '^-?(0|[1-9]\\d{0,14})(\\.\\d{1,10})?$' });
export const fen = () => Type.Integer({ minimum: 0, description: 'integer fen, CNY' });
export const instantString = () => Type.String({ format: 'date-time' });
export const dateString = () => Type.String({ format: 'date' });
export const textPair = () => Type.Object({ zh: Type.String(), en: Type.String() });
type Literals<V extends readonly (string | number)[]> = V extends readonly [infer First extends string | number, ...infer Rest extends (string | number)[]]
  ? [TLiteral<First>, ...Literals<Rest>] : [];
/** One of these words or numbers. */
export const oneOf = <const V extends readonly (string | number)[]>(...values: V): TUnion<Literals<V>> =>
  Type.Union(values.map((value) => Type.Literal(value))) as unknown as TUnion<Literals<V>>; // map() loses the tuple
/** 五级 = 5 … 一级 = 1: the levels a contest may write (特级技师 and 首席技师 are appointed by enterprises). */
export const level = () => oneOf(5, 4, 3, 2, 1);
export const orNull = <T extends Parameters<typeof Type.Union>[0][number]>(type: T) => Type.Union([type, Type.Null()]);

export const topics = [
  'jinji.people', 'jinji.training', 'jinji.competitions', 'jinji.seals', 'jinji.results', 'jinji.promotions', 'jinji.incentives',
] as const;
export type Topic = (typeof topics)[number];

/** One public event: its topic, what its messages are keyed by, and the shape of its data. */
export interface Contract<P extends TProperties = TProperties> {
  readonly topic: Topic;
  readonly key: keyof P & string;
  readonly description: string;
  readonly data: TObject<P>;
}

export const contract = <P extends TProperties>(topic: Topic, key: keyof P & string, description: string, properties: P): Contract<P> => ({
  topic, key, description, data: Type.Object(properties),
});

export type DataOf<C> = C extends Contract<infer P> ? Static<TObject<P>> : never;
