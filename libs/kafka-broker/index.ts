export { type Broker, type BrokerOptions, type Door, startBroker, stopBroker } from './broker.js';
export { missingTools } from './jars.js';
