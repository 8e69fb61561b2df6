/** For `describe.each`: every backend that can be named on any machine this builds on. */
export const BACKENDS = ['native', 'js'] as const;
