import type { Path } from '../config-file.ts';
import type { Review } from '../review.ts';

/** Reports a setting that was not given at all; one given badly is reported already. */
export function requireSetting(review: Review, path: Path, why: string): void {
  if (!review.isGiven(path)) review.problem(path, `not set; ${why}`);
}
