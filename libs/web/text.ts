/** Text that PostgreSQL can store: no NUL, no half of a surrogate pair. */
export const isStorable = (value: string): boolean => !value.includes('\u0000') && !/\p{Surrogate}/u.test(value);
