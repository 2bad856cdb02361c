// What a verifier answers: everything it found out, or the first thing that is wrong.

/** `error` is a name of draw-publication.md; `file` is relative to what was verified. */
export interface Failure {
  readonly error: string;
  readonly file: string;
  readonly why: string;
}

/** The first thing that is wrong ends a verification: it is thrown, and caught in `verdict`. */
export class Fault extends Error {
  constructor(readonly failure: Failure) {
    super(`${failure.error} ${failure.file}: ${failure.why}`);
  }
}

export function fail(error: string, file: string, why: string): never {
  throw new Fault({ error, file, why });
}

export function missing(file: string): never {
  return fail("FILE_MISSING", file, "needed and not there");
}

/** Anything but a Fault (no network, a mistake of ours) is the caller's to show. */
export async function verdict<Report>(run: () => Promise<Report>): Promise<Report | Failure> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof Fault) return error.failure;
    throw error;
  }
}

/** How far witnesses outside the office vouch for the order of events (section 11), best first. */
export const grades = ["甲", "乙", "丙"] as const;
export type Grade = (typeof grades)[number];

export function worseGrade(a: Grade, b: Grade): Grade {
  return grades.indexOf(a) > grades.indexOf(b) ? a : b;
}
