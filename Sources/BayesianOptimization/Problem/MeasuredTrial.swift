import SearchSpaces

/// A trial whose metric and costs are both known.
struct MeasuredTrial {
  let architecture: Architecture
  let value: Double
  let standardError: Double
  /// In the order of the problem's `measuredCostNames`.
  let measuredCosts: [Double]
  let appraisal: Appraisal

  var candidate: Candidate { Candidate(architecture: architecture, appraisal: appraisal) }

  /// Known and measured costs on the objective's axes.
  func scaledCosts(_ problem: ProposalProblem) -> [Double] {
    problem.scaled(appraisal.costs + measuredCosts)
  }

  /// Whether the trial may enter the front: constraints and limits are met.
  func isFeasible(_ problem: ProposalProblem) -> Bool {
    appraisal.isFeasible
      && zip(measuredCosts, problem.measuredLimits).allSatisfy { $0 <= $1 ?? .infinity }
  }

  /// Returns the measured trials that a sampler can learn from, oldest first.
  ///
  /// Leaves out values that are not finite, and architectures that can no longer be appraised. A
  /// standard error that is not a number ≥ 0 says nothing and counts as 0.
  static func all(in history: [Observation], of problem: ProposalProblem) -> [MeasuredTrial] {
    history.compactMap { observation in
      guard case .measured(let value, let error, let costs) = observation.outcome,
        value.isFinite, costs.count == problem.measuredCostNames.count,
        costs.allSatisfy(\.isFinite)
      else { return nil }
      let appraisal = problem.appraisal(of: observation.architecture)
      guard appraisal.isUsable else { return nil }
      return MeasuredTrial(
        architecture: observation.architecture, value: value,
        standardError: error >= 0 && error.isFinite ? error : 0, measuredCosts: costs,
        appraisal: appraisal)
    }
  }
}

extension MetricSample {
  /// Returns one metric of trials: 0 is the metric to maximise, the others the measured costs on
  /// their axes.
  static func all(of trials: [MeasuredTrial], metric: Int, _ problem: ProposalProblem) -> [Self] {
    trials.map { trial in
      MetricSample(
        architecture: trial.architecture, appraisal: trial.appraisal,
        value: metric == 0
          ? trial.value : problem.measuredAxis(metric - 1).scaled(trial.measuredCosts[metric - 1]),
        standardError: metric == 0 ? trial.standardError : 0)
    }
  }

  /// Returns the metric to maximise of observations, whatever was measured beside it.
  static func values(in observations: [Observation], of problem: ProposalProblem) -> [Self] {
    observations.compactMap { observation in
      guard case .measured(let value, let error, _) = observation.outcome, value.isFinite else {
        return nil
      }
      let appraisal = problem.appraisal(of: observation.architecture)
      guard appraisal.isUsable else { return nil }
      return MetricSample(
        architecture: observation.architecture, appraisal: appraisal, value: value,
        standardError: error >= 0 && error.isFinite ? error : 0)
    }
  }
}
