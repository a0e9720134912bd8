export const roads = {};
