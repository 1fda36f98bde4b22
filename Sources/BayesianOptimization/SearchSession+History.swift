extension SearchSession {
  /// Returns the measured trials that a sampler can learn from, oldest first.
  ///
  /// Leaves out values that are not finite, and architectures that can no longer be appraised. A
  /// standard error that is not a number ≥ 0 says nothing and counts as 0.
  func measuredTrials(in history: [Observation]) -> [MeasuredTrial] {
    remember(trials: history.count)
    return history.compactMap(measuredTrial)
  }

  /// Returns the last `count` of the measured trials, oldest first; looks at no more trials than it must.
  func latestMeasuredTrials(_ count: Int, in history: SearchHistory) -> [MeasuredTrial] {
    var latest: [MeasuredTrial] = []
    for index in history.architectures.indices.reversed() {
      if latest.count == count { break }
      if let trial = measuredTrial(history.observation(index)) { latest.append(trial) }
    }
    return latest.reversed()
  }

  private func measuredTrial(_ observation: Observation) -> MeasuredTrial? {
    guard case .measured(let value, let error, let costs) = observation.outcome,
      value.isFinite, costs.count == problem.measuredCostNames.count,
      costs.allSatisfy(\.isFinite), let candidate = candidate(observation.architecture)
    else { return nil }
    return MeasuredTrial(
      architecture: candidate.architecture, value: value,
      standardError: SearchSession.usable(error), measuredCosts: costs,
      appraisal: candidate.appraisal)
  }

  /// Returns the metric to maximise of observations, with or without measured costs.
  func samples(in observations: [Observation]) -> [MetricSample] {
    observations.compactMap { observation in
      guard case .measured(let value, let error, _) = observation.outcome, value.isFinite,
        let candidate = candidate(observation.architecture)
      else { return nil }
      return MetricSample(
        architecture: candidate.architecture, appraisal: candidate.appraisal, value: value,
        standardError: SearchSession.usable(error))
    }
  }

  /// Returns a standard error that says something: 0 for one that is not a number ≥ 0.
  private static func usable(_ error: Double) -> Double {
    error >= 0 && error.isFinite ? error : 0
  }
}
