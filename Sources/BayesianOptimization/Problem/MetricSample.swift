import SearchSpaces

/// A measured value of one metric.
struct MetricSample: Equatable {
  let architecture: Architecture
  let appraisal: Appraisal
  let value: Double
  let standardError: Double

  var candidate: Candidate { Candidate(architecture: architecture, appraisal: appraisal) }
}
