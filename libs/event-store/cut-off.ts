const CUT = /connection (terminated|timeout)|timeout exceeded when|query runner already released|is not queryable/i;

/** A transaction lost its connection, or never had one: TypeORM and pg say so in their own words, without a code. */
export const isCutOff = ({ message }: Error): boolean => CUT.test(message);
