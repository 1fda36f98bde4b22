import Foundation
import NeuralNetworks

/// A network as the correction of latencies sees it: what it is made of, and what the physical model says.
struct NetworkSketch: Sendable {
  /// Kernels of one shape.
  struct Part: Sendable {
    let kernel: ExecutedKernel
    let count: Double
    /// Microseconds of one of them.
    let time: KernelTime
  }

  /// The different kernels, in the order in which they first run.
  let parts: [Part]
  /// Microseconds by kind (live kinds first, then idle ones) and by launch, arithmetic and traffic.
  let terms: [Double]
  /// Microseconds of the whole network.
  let total: Double
  /// Microseconds of the kernels that nothing reads.
  let idle: Double
  /// What makes networks alike: √ of each kind's share of the time, thrice; log time; log kernels.
  let traits: [Double]
  let origin: InferenceWorkload.Origin?

  static let kindCount = InferenceKernel.Kind.allCases.count
  static let termCount = 2 * kindCount * 3

  init(_ workload: InferenceWorkload, on model: PhysicalModel) {
    self.init(counting: model.executed(workload), origin: workload.origin, on: model)
  }

  init(
    counting kernels: [ExecutedKernel], origin: InferenceWorkload.Origin?,
    on model: PhysicalModel
  ) {
    var counts: [(kernel: ExecutedKernel, count: Int)] = []
    var places: [ExecutedKernel: Int] = [:]
    for kernel in kernels {
      let shape = kernel.shape
      if let place = places[shape] {
        counts[place].count += 1
      } else {
        places[shape] = counts.count
        counts.append((shape, 1))
      }
    }
    self.init(parts: counts, origin: origin, on: model)
  }

  init(
    parts counts: [(kernel: ExecutedKernel, count: Int)], origin: InferenceWorkload.Origin?,
    on model: PhysicalModel
  ) {
    parts = counts.map {
      Part(kernel: $0.kernel, count: Double($0.count), time: model.time(of: $0.kernel))
    }
    var terms = [Double](repeating: 0, count: NetworkSketch.termCount)
    var (total, idle) = (model.inferenceOverheadMicroseconds, 0.0)
    for part in parts {
      let first = 3 * part.kernel.kindIndex
      terms[first] += part.count * part.time.launch
      terms[first + 1] += part.count * part.time.arithmetic
      terms[first + 2] += part.count * part.time.traffic
      total += part.count * part.time.total
      if part.kernel.isIdle { idle += part.count * part.time.total }
    }
    total = max(total, 1e-6)
    let shares = (0..<2 * NetworkSketch.kindCount).map { kind in
      (terms[3 * kind] + terms[3 * kind + 1] + terms[3 * kind + 2]) / total
    }
    let kernels = parts.reduce(0) { $0 + $1.count }
    traits = shares.map { 3 * $0.squareRoot() } + [log(total), log(max(kernels, 1))]
    self.terms = terms
    self.total = total
    self.idle = idle
    self.origin = origin
  }

  /// Returns in how many decisions two networks of one space differ; nil if they cannot be compared.
  func differingDecisions(from other: NetworkSketch) -> Int? {
    guard let origin, let otherOrigin = other.origin, origin.space == otherOrigin.space else {
      return nil
    }
    let (first, second) = (origin.key.utf8, otherOrigin.key.utf8)
    guard first.count == second.count else { return nil }
    return zip(first, second).reduce(0) { $0 + ($1.0 == $1.1 ? 0 : 1) }
  }

  /// The number of characters of the architecture's key.
  var decisionCount: Int { origin?.key.utf8.count ?? 0 }
}

extension ExecutedKernel {
  /// The kernel without what makes no difference to its time.
  var shape: ExecutedKernel {
    var shape = self
    shape.kernel.activation = .identity
    return shape
  }

  /// The kernel's kind, idle kernels apart: an index below `2 * NetworkSketch.kindCount`.
  var kindIndex: Int { kernel.kind.index + (isIdle ? NetworkSketch.kindCount : 0) }

  /// How like two kernels of one kind are, 0 to 1: a squared exponential over channels, side and groups in
  /// octaves, window, stride, and what is added; 0 for kernels of different kinds.
  func likeness(to other: ExecutedKernel) -> Double {
    guard kernel.kind == other.kernel.kind else { return 0 }
    func square(_ x: Double) -> Double { x * x }
    func octaves(_ a: Int, _ b: Int) -> Double {
      square(log2(Double(max(a, 1)) / Double(max(b, 1))))
    }
    let (a, b) = (kernel, other.kernel)
    let distance =
      octaves(a.inputShape.channels, b.inputShape.channels)
      + octaves(a.outputShape.channels, b.outputShape.channels)
      + octaves(a.outputShape.height, b.outputShape.height) + octaves(a.groups, b.groups)
      + square(Double(a.kernelSize - b.kernelSize) / 2) + square(Double(a.stride - b.stride))
      + (a.addsResidual == b.addsResidual ? 0 : 0.25) + (isIdle == other.isIdle ? 0 : 0.5)
    return exp(-distance / (2 * 9))
  }
}
