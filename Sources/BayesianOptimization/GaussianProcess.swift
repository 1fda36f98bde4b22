import COpenBLAS
import Foundation

/// A covariance matrix that has no Cholesky factor, whatever was added to its diagonal.
public struct NotPositiveDefinite: Error, Hashable, CustomStringConvertible {
  /// The number of observations.
  public let count: Int

  /// What happened, for people.
  public var description: String {
    "the Gaussian process of \(count) observations has no Cholesky factor; "
      + "are all accuracies and covariates finite?"
  }
}

/// Exact Gaussian-process regression on standardised outputs, with noise known per observation
/// and a learned floor to it.
///
/// Source: Rasmussen and Williams, "Gaussian Processes for Machine Learning", 2006, algorithm 2.1
/// and equation 5.9. Cost O(n³) to create and O(n²) per predicted point.
struct GaussianProcess: Sendable {
  /// The hyperparameters of the kernel, then the logarithm of the noise floor's variance.
  let hyperparameters: [Double]
  /// log p(outputs | inputs, hyperparameters).
  let logMarginalLikelihood: Double

  private let kernel: ArchitectureKernel
  private let scaledInputs: EncodedPoints
  /// The lower Cholesky factor of the outputs' covariance, by columns.
  private let factor: [Double]
  /// The inverse covariance times the outputs.
  private let weights: [Double]

  private var count: Int { weights.count }

  /// Conditions the prior on observations.
  ///
  /// - Parameters:
  ///   - kernel: The prior covariance.
  ///   - hyperparameters: Those of the kernel, then the logarithm of the noise floor's variance.
  ///   - inputs: The points, at least one.
  ///   - outputs: Their standardised values.
  ///   - noiseVariances: The known variances of the values' errors, in the same units.
  init(
    kernel: ArchitectureKernel, hyperparameters: [Double], inputs: EncodedPoints,
    outputs: [Double], noiseVariances: [Double]
  ) throws(NotPositiveDefinite) {
    precondition(
      inputs.count == outputs.count && outputs.count == noiseVariances.count,
      "\(inputs.count) points, \(outputs.count) values, \(noiseVariances.count) variances")
    _ = GaussianProcess.useOneThread
    let scaledInputs = kernel.scaled(inputs, hyperparameters)
    let n = outputs.count
    let floor = exp(hyperparameters[kernel.hyperparameterCount])
    var covariance = [Double](repeating: 0, count: n * n)
    covariance.withUnsafeMutableBufferPointer { buffer in
      guard let output = buffer.baseAddress else { return }
      kernel.covariance(
        rows: scaledInputs, columns: 0..<n, of: scaledInputs, isSymmetric: true, hyperparameters,
        into: output)
      for i in 0..<n { output[i + i * n] += floor + noiseVariances[i] }
    }
    let factor = try GaussianProcess.choleskyFactor(of: covariance, count: n)

    var solution = outputs
    let size = Int32(n)
    cblas_dtrsv(
      CblasColMajor, CblasLower, CblasNoTrans, CblasNonUnit, size, factor, size, &solution, 1)
    var likelihood = -0.5 * Double(n) * log(2 * .pi)
    for i in 0..<n { likelihood -= 0.5 * solution[i] * solution[i] + log(factor[i + i * n]) }
    cblas_dtrsv(
      CblasColMajor, CblasLower, CblasTrans, CblasNonUnit, size, factor, size, &solution, 1)
    self.kernel = kernel
    self.hyperparameters = hyperparameters
    self.scaledInputs = scaledInputs
    self.factor = factor
    logMarginalLikelihood = likelihood
    weights = solution
  }

  /// OpenBLAS on one thread: several would sum in another order, and the trials use the cores.
  private static let useOneThread: Void = openblas_set_num_threads(1)

  /// Factorises, with as little added to the diagonal as makes it possible.
  private static func choleskyFactor(
    of matrix: [Double], count n: Int
  ) throws(NotPositiveDefinite) -> [Double] {
    for jitter in [0, 1e-10, 1e-8, 1e-6, 1e-4] {
      var factor = matrix
      for i in 0..<n { factor[i + i * n] *= 1 + jitter }
      var size = Int32(n)
      var info: Int32 = 0
      dpotrf_("L", &size, &factor, &size, &info)
      if info == 0 && factor.allSatisfy(\.isFinite) { return factor }
    }
    throw NotPositiveDefinite(count: n)
  }
}

extension GaussianProcess {
  /// The mean and variance of the noiseless value at each of many points.
  struct Posterior: Sendable {
    var means: [Double] = []
    var variances: [Double] = []
  }

  /// Returns the posterior at points; the noise of a new observation is not in its variances.
  func posterior(at points: EncodedPoints) -> Posterior {
    let n = count
    let chunk = 256
    let scaledPoints = kernel.scaled(points, hyperparameters)
    let priorVariance = kernel.variance(hyperparameters)
    var posterior = Posterior()
    posterior.means.reserveCapacity(points.count)
    posterior.variances.reserveCapacity(points.count)
    var cross = [Double](repeating: 0, count: n * min(chunk, points.count))
    for start in stride(from: 0, to: points.count, by: chunk) {
      let columns = start..<min(start + chunk, points.count)
      cross.withUnsafeMutableBufferPointer { buffer in
        guard let output = buffer.baseAddress else { return }
        kernel.covariance(
          rows: scaledInputs, columns: columns, of: scaledPoints, isSymmetric: false,
          hyperparameters, into: output)
        for column in 0..<columns.count {
          posterior.means.append(cblas_ddot(Int32(n), output + column * n, 1, weights, 1))
        }
        cblas_dtrsm(
          CblasColMajor, CblasLeft, CblasLower, CblasNoTrans, CblasNonUnit, Int32(n),
          Int32(columns.count), 1, factor, Int32(n), output, Int32(n))
        for column in 0..<columns.count {
          let explained = cblas_ddot(Int32(n), output + column * n, 1, output + column * n, 1)
          posterior.variances.append(max(0, priorVariance - explained))
        }
      }
    }
    return posterior
  }

  /// Returns the derivative of the log marginal likelihood by each hyperparameter.
  ///
  /// ∂/∂θ = ½·Σ_ij (α αᵀ − K⁻¹)_ij·∂K_ij/∂θ, with α = K⁻¹·outputs. Source: Rasmussen and Williams,
  /// equation 5.9.
  func logMarginalLikelihoodGradient() -> [Double] {
    let n = count
    let size = Int32(n)
    var matrix = [Double](repeating: 0, count: n * n)
    for i in 0..<n { matrix[i + i * n] = 1 }
    for transpose in [CblasNoTrans, CblasTrans] {
      cblas_dtrsm(
        CblasColMajor, CblasLeft, CblasLower, transpose, CblasNonUnit, size, size, 1, factor, size,
        &matrix, size)
    }
    var trace = 0.0
    for j in 0..<n {
      for i in j..<n {
        matrix[i + j * n] = 0.5 * (weights[i] * weights[j] - matrix[i + j * n])
      }
      trace += matrix[j + j * n]
    }
    let gradient = kernel.gradient(at: scaledInputs, weights: matrix, hyperparameters)
    return gradient + [trace * exp(hyperparameters[kernel.hyperparameterCount])]
  }
}
