export type {
  Batch, BatchHandler, Bus, DeliveredRecord, PartitionLag, Subscription, SubscriptionState, WireRecord,
} from './bus.js';
export { ClaimLost, Refused } from './bus.js';
export { ContractBreach, MAX_MESSAGE_BYTES, type Message, type Origin, parse, type Parsed, toWire } from './message.js';
export type { AggregatePublications, Publication, Publish, Published } from './published.js';
export { publication, published } from './published.js';
export { EmbeddedBus, type EmbeddedBusOptions } from './embedded/embedded-bus.js';
export { embeddedBusGrants, embeddedBusMigrations } from './embedded/schema.js';
export { brokersIn, type KafkaAccess, kafkaAccess, type KafkaSettings, saslMechanisms } from './kafka/access.js';
export { KafkaBus, type KafkaBusOptions } from './kafka/kafka-bus.js';
export { Inbox, type InboxOptions } from './inbox/inbox.js';
export type { Transaction, Tx } from './inbox/transaction.js';
export { Parked, type ParkedFilter, type Released } from './inbox/parked.js';
export type { ParkedMessage, ParkedRecord, ParkedState } from './inbox/parked-rows.js';
export { Reactor, type ReactorHealth, type ReactorOptions, type ReactorState } from './inbox/reactor.js';
export { OwnTopics, type OwnTopicsState, PROBE_TYPE } from './relay/own-topics.js';
export { Relay, type RelayOptions, type RelayState } from './relay/relay.js';
export { messagingGrants, messagingMigrations } from './schema.js';
