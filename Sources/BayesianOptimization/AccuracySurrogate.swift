import SearchSpaces

/// What the trials so far say about the metric of any architecture: a Gaussian process over its
/// decisions, its costs and its covariates, in standard units.
struct AccuracySurrogate {
  private let problem: ProposalProblem
  private let encoding: FeatureEncoding
  private let covariateScale: UnitScale
  private let outputScale: OutputScale
  private let process: GaussianProcess

  /// The trials measured and pending, with the posterior mean of each: what is believed of them,
  /// not what a lucky draw said.
  let believed: [(candidate: Candidate, mean: Double)]
  /// How many of them are measured; those come first.
  let measuredCount: Int

  /// Fits the surrogate.
  ///
  /// A pending trial is taken for measured, without noise, at its posterior mean (the "kriging
  /// believer" of Ginsbourger, Le Riche and Carraro 2010, doi:10.1007/978-3-642-10701-6_6): its
  /// surroundings lose their uncertainty and the next proposal goes elsewhere.
  init(
    problem: ProposalProblem, measured: [MeasuredTrial], pending: [Candidate]
  ) throws(NotPositiveDefinite) {
    self.problem = problem
    let trials = measured.map { Candidate(architecture: $0.architecture, appraisal: $0.appraisal) }
    let covariates = trials.map { AccuracySurrogate.covariates($0.appraisal, problem) }
    let covariateScale = UnitScale(of: covariates)
    let encoding = FeatureEncoding(
      space: problem.space, covariateCount: problem.costNames.count + problem.covariateNames.count)
    let encode = { (candidates: [Candidate]) in
      AccuracySurrogate.encode(candidates, encoding, covariateScale, problem)
    }
    self.covariateScale = covariateScale
    self.encoding = encoding

    let outputScale = OutputScale(of: measured.map(\.value))
    self.outputScale = outputScale
    let kernel = ArchitectureKernel(encoding: encoding)
    var inputs = encode(trials)
    var outputs = measured.map { outputScale.standardized($0.value) }
    var noise = measured.map { outputScale.standardizedVariance(standardError: $0.standardError) }
    var process = try GaussianProcess.fitted(
      kernel: kernel, inputs: inputs, outputs: outputs, noiseVariances: noise)
    if !pending.isEmpty {
      let points = encode(pending)
      outputs += process.posterior(at: points).means
      noise += pending.map { _ in 0 }
      inputs.append(contentsOf: points)
      process = try GaussianProcess(
        kernel: kernel, hyperparameters: process.hyperparameters, inputs: inputs, outputs: outputs,
        noiseVariances: noise)
    }
    self.process = process
    let means = process.posterior(at: inputs).means
    believed = zip(trials + pending, means).map { ($0, $1) }
    measuredCount = measured.count
  }

  /// Returns a value of the metric in standard units.
  func standardized(_ value: Double) -> Double { outputScale.standardized(value) }

  /// Returns mean and variance of candidates' noiseless metric, in standard units.
  func posterior(of candidates: ArraySlice<Candidate>) -> GaussianProcess.Posterior {
    process.posterior(
      at: AccuracySurrogate.encode(candidates, encoding, covariateScale, problem))
  }

  private static func covariates(_ appraisal: Appraisal, _ problem: ProposalProblem) -> [Double] {
    problem.scaled(appraisal.costs) + appraisal.covariates
  }

  private static func encode(
    _ candidates: some Collection<Candidate>, _ encoding: FeatureEncoding, _ scale: UnitScale,
    _ problem: ProposalProblem
  ) -> EncodedPoints {
    var points = EncodedPoints(stride: encoding.stride)
    points.storage.reserveCapacity(candidates.count * encoding.stride)
    for candidate in candidates {
      encoding.append(
        features: problem.space.features(of: candidate.architecture),
        covariates: scale.applied(to: covariates(candidate.appraisal, problem)), to: &points)
    }
    return points
  }
}

/// Brings each coordinate of the rows it was made of to 0 … 1.
struct UnitScale {
  private let lows: [Double]
  private let ranges: [Double]

  init(of rows: [[Double]]) {
    var lows = rows.first ?? []
    var highs = lows
    for row in rows {
      for (index, value) in row.enumerated() {
        lows[index] = min(lows[index], value)
        highs[index] = max(highs[index], value)
      }
    }
    self.lows = lows
    // A coordinate in which all agree keeps its unit.
    ranges = zip(lows, highs).map { $1 > $0 ? $1 - $0 : 1 }
  }

  func applied(to row: [Double]) -> [Double] {
    row.indices.map { (row[$0] - lows[$0]) / ranges[$0] }
  }
}
