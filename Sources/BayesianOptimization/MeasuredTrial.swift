import SearchSpaces

/// A trial whose metric and costs are both known.
struct MeasuredTrial {
  let architecture: Architecture
  let value: Double
  let standardError: Double
  let appraisal: Appraisal

  /// Returns the measured trials that a sampler can learn from, oldest first.
  ///
  /// Leaves out values that are not finite, and architectures that can no longer be appraised. A
  /// standard error that is not a number ≥ 0 says nothing and counts as 0.
  static func all(in history: [Observation], of problem: ProposalProblem) -> [MeasuredTrial] {
    history.compactMap { observation in
      guard case .measured(let value, let error) = observation.outcome, value.isFinite else {
        return nil
      }
      let appraisal = problem.appraisal(of: observation.architecture)
      guard appraisal.isUsable else { return nil }
      return MeasuredTrial(
        architecture: observation.architecture, value: value,
        standardError: error >= 0 && error.isFinite ? error : 0, appraisal: appraisal)
    }
  }
}
