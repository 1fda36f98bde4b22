import DeployedModels
import Foundation
import NeuralNetworks
import TensorKernels

/// The ranges of activations as training moves them: the logarithm of each bound's distance from zero.
///
/// In logarithms a step of the optimiser is the same share of any range, and a bound never crosses zero. A bound
/// at zero, as below a ReLU, stays there. Source of the parametrisation: Jain et al., arXiv:1903.08066.
struct LearnedRanges {
  private let model: DeployedModel
  private let optimizer: Optimizer
  /// For each learned bound its tensor and whether it is the upper one.
  private let bounds: [(tensor: Int, isHigh: Bool)]
  /// As many as there are bounds, and zeros up to whole vectors, in which the optimiser works.
  private var logarithms: [Float]
  private(set) var ranges: [ValueRange?]

  /// - Parameter ranges: Where training begins. That of the image stays.
  init(_ model: DeployedModel, ranges: [ValueRange?]) {
    self.model = model
    let own = model.hasOwnRange
    var bounds: [(tensor: Int, isHigh: Bool)] = []
    for (tensor, range) in ranges.enumerated() where own[tensor] && tensor != model.input {
      guard let range, !range.isEmpty else { continue }
      if range.low < 0 { bounds.append((tensor, false)) }
      if range.high > 0 { bounds.append((tensor, true)) }
    }
    logarithms = bounds.map { bound in
      let range = ranges[bound.tensor]!
      return log(bound.isHigh ? range.high : -range.low)
    }
    let floats = (bounds.count + vectorWidth) / vectorWidth * vectorWidth
    logarithms += [Float](repeating: 0, count: floats - bounds.count)
    (self.bounds, self.ranges) = (bounds, ranges)
    optimizer = Optimizer(
      rule: .adamW(beta1: 0.9, beta2: 0.999, epsilon: 1e-8), weightDecay: 0, clipNorm: nil,
      floats: floats, decayedFloats: 0)
  }

  /// The rounding of each tensor by the present ranges.
  var quantizers: [FakeQuantizer?] {
    QuantizationAssignment(model, ranges: ranges).tensors.map { $0.map(FakeQuantizer.init) }
  }

  /// Moves the bounds one step.
  ///
  /// - Parameter gradients: Of each tensor's bounds.
  /// - Returns: False if a gradient is not finite; then nothing has moved.
  mutating func move(
    _ gradients: [(low: Double, high: Double)], rate: Float, step: Int
  ) -> Bool {
    guard !bounds.isEmpty else { return true }
    // d/d ln|b| = b · d/db
    var gradient = bounds.map { bound -> Float in
      let range = ranges[bound.tensor]!
      return bound.isHigh
        ? range.high * Float(gradients[bound.tensor].high)
        : range.low * Float(gradients[bound.tensor].low)
    }
    gradient += [Float](repeating: 0, count: logarithms.count - bounds.count)
    let norm = logarithms.withUnsafeMutableBufferPointer { logarithms in
      gradient.withUnsafeBufferPointer { gradient in
        optimizer.step(
          logarithms.baseAddress!, gradient: gradient.baseAddress!, rate: rate, step: step)
      }
    }
    guard norm.isFinite else { return false }
    takeLogarithms()
    return true
  }

  private mutating func takeLogarithms() {
    for (bound, logarithm) in zip(bounds, logarithms) {
      if bound.isHigh {
        ranges[bound.tensor]!.high = exp(logarithm)
      } else {
        ranges[bound.tensor]!.low = -exp(logarithm)
      }
    }
  }

  /// What training has moved: the logarithms, and the state of their optimiser.
  var state: (logarithms: [Float], optimizer: [Float]) { (logarithms, Array(optimizer.state)) }

  /// Takes up a state after at least one step of a training that began at the same ranges.
  mutating func restore(logarithms: [Float], optimizer state: [Float]) {
    precondition(
      logarithms.count == self.logarithms.count && state.count == optimizer.state.count,
      "the state of other ranges")
    self.logarithms = logarithms
    _ = optimizer.state.update(fromContentsOf: state)
    takeLogarithms()
  }
}
