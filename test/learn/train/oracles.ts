// robustness.md, section 6, items 14 to 18: logits of two examples and three classes.

export const natural = [
  [2, 1, 0],
  [0, 0.5, -0.5],
];

export const attacked = [
  [1, 1.5, 0],
  [0.2, -0.3, 0.4],
];

export const teacher = [
  [4, 0, 1],
  [1, 3, 0],
];

/** Of items 15 and 16. */
export const labels = [
  [1, 0, 0],
  [0, 1, 0],
];
