export { type Caller, type Claims, type Language, type RequestSeed, type Role, roles, TheCaller } from './caller.js';
export { DoneAnswer, versioned, Versioned } from './done.js';
export { type FieldError, Forbidden, Malformed, NotFound, Problem, Unauthenticated, Unavailable, ValidationFailed } from './errors.js';
export {
  BooleanField, DateField, DecimalField, EnumField, type FieldOptions, IdField, InstantField, IntegerField, LevelField, ListField, ObjectField,
  RefField, TextField, TextPairField,
} from './fields.js';
export { type Page, pageOf, PageQuery, readCursor, writeCursor } from './paging.js';
export { IdParam, IfMatchRequired, Produces, ProducesFile, Public, Roles, Upload } from './routes.js';
