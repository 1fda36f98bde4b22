import COpenBLAS
import Foundation
import Statistics

/// The search for the most probable hyperparameters: those of the kernel, then the logarithm of the
/// noise floor's variance.
struct HyperparameterFit {
  let kernel: ArchitectureKernel
  let points: EncodedPoints
  /// In standard units.
  let outputs: [Double]
  /// The known variances of the outputs' errors.
  let noise: [Double]
  let prior: HyperparameterPrior

  /// - Parameter variance: The variance of the outputs that the kernel's terms are expected to share.
  init(
    kernel: ArchitectureKernel, points: EncodedPoints, outputs: [Double], noise: [Double],
    variance: Double = 1
  ) {
    precondition(
      points.count == outputs.count && outputs.count == noise.count,
      "\(points.count) points, \(outputs.count) outputs, \(noise.count) variances")
    self.kernel = kernel
    self.points = points
    self.outputs = outputs
    self.noise = noise
    prior = HyperparameterPrior(for: kernel, points: points, variance: variance)
    _ = SymmetricFactor.useOneThread
  }

  /// Returns the mode of the posterior: the best of a few starts, deterministic.
  ///
  /// The starts are the prior's mode, rougher functions with little noise and smoother ones with
  /// much.
  func mode(evaluationsPerStart: Int = 40) -> [Double] {
    if outputs.isEmpty { return prior.means }
    var best: Minimum?
    for (roughness, noise) in [(0.0, 0.0), (-1.0, -1.0), (0.7, 1.0)] {
      var start = prior.means
      for index in kernel.encoding.terms.count..<(start.count - 1) { start[index] += roughness }
      start[start.count - 1] += noise
      let minimum = minimize(
        from: start, maximumEvaluations: evaluationsPerStart, tolerance: 1e-3
      ) { point in
        // The line search steps back from hyperparameters that have no factor.
        guard let likelihood = logMarginalLikelihood(at: point) else { return (.infinity, point) }
        let belief = prior.logDensity(at: point)
        return (
          -likelihood.value - belief.value,
          zip(likelihood.gradient, belief.gradient).map { -$0 - $1 }
        )
      }
      if minimum.value < best?.value ?? .infinity { best = minimum }
    }
    return best?.point ?? prior.means
  }

  /// Returns log p(outputs | points, hyperparameters) and its derivative by each hyperparameter; nil if
  /// the covariance has no Cholesky factor.
  ///
  /// ∂/∂θ = ½·Σ_ij (α αᵀ − K⁻¹)_ij·∂K_ij/∂θ, with α = K⁻¹·outputs. Source: Rasmussen and Williams,
  /// "Gaussian Processes for Machine Learning", 2006, equation 5.9.
  func logMarginalLikelihood(at hyperparameters: [Double]) -> (value: Double, gradient: [Double])? {
    let n = outputs.count
    let rowLength = points.chunkCount * EncodedPoints.lanes
    let function = KernelFunction(kernel, hyperparameters)
    let floor = exp(hyperparameters[hyperparameters.count - 1])
    // Rows as columns of a matrix with leading dimension `rowLength`: it is symmetric.
    var matrix = [Double](repeating: 0, count: n * rowLength)
    matrix.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      for row in 0..<n {
        function.covariance(
          of: points.row(row), with: points, chunks: 0..<points.chunkCount,
          into: base + row * rowLength)
        base[row * rowLength + row] += floor + noise[row]
      }
    }
    var size = Int32(n)
    var stride = Int32(rowLength)
    var info: Int32 = 0
    dpotrf_("L", &size, &matrix, &stride, &info)
    guard info == 0 else { return nil }
    var weights = outputs
    cblas_dtrsv(
      CblasColMajor, CblasLower, CblasNoTrans, CblasNonUnit, size, matrix, stride, &weights, 1)
    var likelihood = -0.5 * Double(n) * log(2 * .pi)
    for i in 0..<n {
      likelihood -= 0.5 * weights[i] * weights[i] + log(matrix[i + i * rowLength])
    }
    guard likelihood.isFinite else { return nil }
    cblas_dtrsv(
      CblasColMajor, CblasLower, CblasTrans, CblasNonUnit, size, matrix, stride, &weights, 1)
    dpotri_("L", &size, &matrix, &stride, &info)
    guard info == 0 else { return nil }
    var trace = 0.0
    for j in 0..<n {
      for i in j..<n {
        let value = 0.5 * (weights[i] * weights[j] - matrix[i + j * rowLength])
        matrix[i + j * rowLength] = value
        matrix[j + i * rowLength] = value
      }
      trace += matrix[j + j * rowLength]
      for i in n..<rowLength { matrix[i + j * rowLength] = 0 }
    }
    let gradient = function.gradient(
      at: points, weights: matrix, scaleCount: kernel.encoding.scaleCount)
    return (likelihood, gradient + [trace * floor])
  }
}
