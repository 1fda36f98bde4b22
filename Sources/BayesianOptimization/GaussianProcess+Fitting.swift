import Foundation

/// The belief about the hyperparameters before any data: each logarithm is normal.
///
/// Length scales grow with the square root of the number of dimensions, so that a space of forty
/// decisions starts no rougher than one of four: the idea of Hvarfner, Hellsten and Nardi, "Vanilla
/// Bayesian optimization performs great in high dimensions", ICML 2024, arXiv:2402.02229. Its
/// length scales are four times longer and far less certain (deviation √3). With ten to fifty
/// trials a mode under so weak a prior calls decisions irrelevant that have not been tried enough,
/// and then never tries them: on tables of real results some searches stuck for good.
struct HyperparameterPrior: Sendable {
  /// Mean of each hyperparameter's logarithm.
  let means: [Double]
  /// Its standard deviation.
  let deviations: [Double]

  init(for kernel: ArchitectureKernel) {
    let counts = kernel.encoding.scaleCounts
    var means: [Double] = []
    var deviations: [Double] = []
    func add(_ count: Int, mean: Double, deviation: Double) {
      means += Array(repeating: mean, count: count)
      deviations += Array(repeating: deviation, count: count)
    }
    // Trend and detail share the unit variance of the standardised outputs.
    add(counts.trend > 0 ? 2 : 1, mean: log(counts.trend > 0 ? 0.5 : 1), deviation: 1)
    for count in [counts.trend, counts.detail, counts.category] where count > 0 {
      add(count, mean: 0.5 * log(Double(count)), deviation: 0.6)
    }
    // Small: what is known of the measurements' errors is added to it.
    add(1, mean: -6, deviation: 1)
    self.means = means
    self.deviations = deviations
  }

  /// Returns the log density, but for a constant, and its gradient.
  func logDensity(at hyperparameters: [Double]) -> (value: Double, gradient: [Double]) {
    var value = 0.0
    var gradient = hyperparameters
    for index in means.indices {
      let z = (hyperparameters[index] - means[index]) / deviations[index]
      value -= 0.5 * z * z
      gradient[index] = -z / deviations[index]
    }
    return (value, gradient)
  }
}

extension GaussianProcess {
  /// Fits hyperparameters to observations: the mode of their posterior, over a few starts.
  ///
  /// Starts at the prior's mode, at rougher functions with little noise and at smoother ones with
  /// much, and keeps the best; deterministic. For the parameters see `init`.
  static func fitted(
    kernel: ArchitectureKernel, inputs: EncodedPoints, outputs: [Double], noiseVariances: [Double],
    evaluationsPerStart: Int = 40
  ) throws(NotPositiveDefinite) -> GaussianProcess {
    let prior = HyperparameterPrior(for: kernel)
    let objective = { (point: [Double]) -> (value: Double, gradient: [Double]) in
      let process = try? GaussianProcess(
        kernel: kernel, hyperparameters: point, inputs: inputs, outputs: outputs,
        noiseVariances: noiseVariances)
      // The line search steps back from hyperparameters that have no factor.
      guard let process else { return (.infinity, point) }
      let belief = prior.logDensity(at: point)
      let gradient = zip(process.logMarginalLikelihoodGradient(), belief.gradient).map { -$0 - $1 }
      return (-process.logMarginalLikelihood - belief.value, gradient)
    }
    var best: Minimum?
    for (roughness, noise) in [(0.0, 0.0), (-1.0, -1.0), (0.7, 1.0)] {
      var start = prior.means
      let scales = (start.count - 1 - kernel.scaleCount)..<(start.count - 1)
      for index in scales { start[index] += roughness }
      start[start.count - 1] += noise
      let minimum = minimize(
        from: start, maximumEvaluations: evaluationsPerStart, tolerance: 1e-3, objective)
      if minimum.value < best?.value ?? .infinity { best = minimum }
    }
    return try GaussianProcess(
      kernel: kernel, hyperparameters: best?.point ?? prior.means, inputs: inputs,
      outputs: outputs, noiseVariances: noiseVariances)
  }
}
