/**
 * What the role of the running service may do here, and nothing more: on `events`, read and insert. Run by the tables' owner;
 * `role` is a quoted identifier.
 */
export const eventStoreGrants = (role: string): readonly string[] => [
  `GRANT SELECT, INSERT ON events TO ${role}`,
  `GRANT SELECT, INSERT, UPDATE ON streams, snapshots TO ${role}`,
  `GRANT SELECT ON store TO ${role}`,
  `GRANT SELECT, USAGE ON SEQUENCE events_position TO ${role}`,
];
