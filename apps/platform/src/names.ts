/** The services' names, for what only speaks with them: importing the services themselves takes their time and memory. */
export const serviceNames = ['people', 'training', 'registration', 'judging', 'certification', 'incentives'] as const;
