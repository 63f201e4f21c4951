export {
  type Address, type Fleet, type FleetOptions, type Instance, type ServiceName, serviceNames, startFleet,
} from './fleet.js';
