export { type Broker, type BrokerOptions, startBroker, stopBroker } from './broker.js';
export { missingTools } from './jars.js';
