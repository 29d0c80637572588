/** How often what is shown is asked for again, in milliseconds. */
export const REFRESH = 20_000;

/** Where something is being worked on that people wait for. */
export const REFRESH_BUSY = 3_000;
