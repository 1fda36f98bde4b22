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

  /// Returns one metric of the trial: 0 is the metric to maximise, the others the measured costs on
  /// their axes.
  func sample(ofMetric metric: Int, _ problem: ProposalProblem) -> MetricSample {
    MetricSample(
      architecture: architecture, appraisal: appraisal,
      value: metric == 0
        ? value : problem.measuredAxis(metric - 1).scaled(measuredCosts[metric - 1]),
      standardError: metric == 0 ? standardError : 0)
  }
}
