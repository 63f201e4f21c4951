/** What is used of the package, which comes without types. */
declare module '@digitalbazaar/bitstring' {
  export class Bitstring {
    constructor(options: { length: number } | { buffer: Uint8Array });
    set(position: number, on: boolean): void;
    get(position: number): boolean;
    /** gzip, then base64url without the multibase prefix. */
    encodeBits(): Promise<string>;
    static decodeBits(options: { encoded: string }): Promise<Uint8Array>;
  }
}
