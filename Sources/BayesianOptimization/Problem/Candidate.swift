import SearchSpaces

/// An architecture that may be proposed, and what is known about it.
struct Candidate {
  let architecture: Architecture
  let appraisal: Appraisal
}
