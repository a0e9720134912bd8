// One kernel for all places beside one for each.

export const weightSharing = { onlyNow: true };
