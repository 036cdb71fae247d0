// The states and reset reasons that the coordinator's interface names.

/** Source: Z-Stack 3.x ZDApp.h, devStates_t. */
export const DeviceState = { hold: 0, coordinator: 9 } as const;

/** Source: TI, Z-Stack Monitor and Test API (SWRA198), SYS_RESET_IND. */
export const ResetReason = { powerUp: 0, external: 1, watchdog: 2 } as const;
