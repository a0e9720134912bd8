export const windowLens = {};
