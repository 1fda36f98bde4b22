import Foundation

/// The prior covariance of the accuracies of two architectures: a sum of terms over what may make
/// them alike.
///
///     k(x, x') = c + Σ_t s_t²·Π_b c_b(r_b(x, x'))
///
/// Each block b of `FeatureEncoding` has a distance r_b, every column divided by its length scale
/// (automatic relevance determination), and a correlation c_b: Matérn-5/2 of quantities, exp(−½·r²)
/// of Hamming distances. The c is the unknown constant mean with prior N(0, c), integrated out.
///
/// Sources: Rasmussen and Williams, "Gaussian Processes for Machine Learning", 2006, equations
/// 2.40, 4.17 and 5.2; the Hamming factor is the transformed overlap kernel of Wan et al. 2021,
/// arXiv:2102.07188; sums of kernels as additive models: Duvenaud et al. 2011, arXiv:1112.4394.
struct ArchitectureKernel: Sendable {
  let encoding: FeatureEncoding
  /// Variance of the constant mean: 1 of standardised outputs.
  var constantVariance = 1.0

  /// The number of hyperparameters: log s_t² of every term, then the logarithms of the length
  /// scales.
  var hyperparameterCount: Int { encoding.terms.count + encoding.scaleCount }

  /// Returns k(x, x), the same for every x.
  func variance(_ hyperparameters: [Double]) -> Double {
    hyperparameters.prefix(encoding.terms.count).reduce(constantVariance) {
      $0 + exp($1)
    }
  }
}
