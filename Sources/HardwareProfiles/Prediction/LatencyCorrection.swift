// What measured networks add to the physical model.
//
// The latency of a network is f = m + c: m by the physical model, c a Gaussian process with mean 0. The
// covariance of c between two networks is a sum of nine parts (`CovarianceParts`). Five say that kernels are
// slower or faster than the model thinks: all launches, all arithmetic or all traffic of a kind; kernels of
// like shapes; each different kernel for itself. So a prediction is still a sum over kernels. Four speak of
// whole networks: those that spend their time alike, the decisions of the search space one by one, what a
// runtime does with kernels that nothing reads, and the decisions together. How much each part matters is
// learnt (`CorrectionScaleFit`), so few measurements scale the physical model and many take its place.
//
// Gaussian processes: Rasmussen and Williams, "Gaussian Processes for Machine Learning", 2006, chapter 2
// (prediction) and section 5.4.2 (leaving one out).

import NeuralNetworks
import Statistics
import Synchronization

/// A network whose latency was measured.
public struct MeasuredNetwork: Hashable, Sendable {
  /// The network's kernels as indices into a list of different ones, each with its number.
  var kernels: [KernelCount]
  var origin: InferenceWorkload.Origin?
  var latencyMicroseconds: Double
  /// How far to trust the measurement: below 1 for one that is out of line with the others.
  var weight: Double

  struct KernelCount: Hashable, Sendable {
    var index: Int
    var count: Int
  }
}

/// The correction of a physical model by measured networks.
public struct LatencyCorrection: Sendable {
  public let scales: CorrectionScales
  /// Microseconds of the typical (geometric mean) measured latency.
  public let unitMicroseconds: Double
  /// By what standard errors are multiplied so that intervals cover what they say.
  public let intervalFactor: Double
  let kernels: [ExecutedKernel]
  let networks: [MeasuredNetwork]

  private let sketches: [NetworkSketch]
  private let factor: SymmetricFactor
  /// (K + noise)⁻¹ · (measured − physical), in units of the typical latency.
  private let weights: [Double]
  /// For each kernel the sum over the measured networks of weight × the kernel's time in it.
  private let kernelWeights: [Double]
  /// For each term the sum over the measured networks of weight × the term's time.
  private let termWeights: [Double]
  private let places: [ExecutedKernel: Int]
  private let likenesses: LikenessCache

  /// Prepares predictions.
  ///
  /// - Returns: Nil if the covariances of the measured networks cannot be factored, or are beyond what
  ///   numbers hold.
  init?(
    scales: CorrectionScales, unitMicroseconds: Double, intervalFactor: Double,
    kernels: [ExecutedKernel], networks: [MeasuredNetwork], on model: PhysicalModel
  ) {
    self.scales = scales
    self.unitMicroseconds = unitMicroseconds
    self.intervalFactor = intervalFactor
    self.kernels = kernels
    self.networks = networks
    sketches = networks.map { network in
      NetworkSketch(
        parts: network.kernels.map { (kernels[$0.index], $0.count) }, origin: network.origin,
        on: model)
    }
    let covariances = MeasuredCovariances(sketches, kernels: kernels, unit: unitMicroseconds)
    let count = networks.count
    var matrix = covariances.sum(scales)
    for i in 0..<count {
      matrix[i * count + i] +=
        scales.noiseVariance(relativeLatency: sketches[i].total / unitMicroseconds)
        / networks[i].weight
    }
    guard let factor = SymmetricFactor(matrix, order: count) else { return nil }
    self.factor = factor
    weights = factor.solve(
      zip(networks, sketches).map { ($0.latencyMicroseconds - $1.total) / unitMicroseconds })
    guard weights.allSatisfy(\.isFinite), factor.logDeterminant.isFinite else { return nil }
    places = Dictionary(uniqueKeysWithValues: zip(kernels, kernels.indices))
    var kernelWeights = [Double](repeating: 0, count: kernels.count)
    var termWeights = [Double](repeating: 0, count: NetworkSketch.termCount)
    for i in 0..<count {
      for (part, place) in zip(sketches[i].parts, networks[i].kernels) {
        kernelWeights[place.index] += weights[i] * part.count * part.time.total / unitMicroseconds
      }
      for term in termWeights.indices {
        termWeights[term] += weights[i] * sketches[i].terms[term] / unitMicroseconds
      }
    }
    self.kernelWeights = kernelWeights
    self.termWeights = termWeights
    likenesses = LikenessCache(kernels)
  }
}

extension LatencyCorrection {
  /// Returns the corrected latency of a network.
  ///
  /// - Parameter executed: The kernels that the sketch was made of, in order.
  func latency(of sketch: NetworkSketch, kernels executed: [ExecutedKernel]) -> Latency {
    let covariances = covariances(with: sketch)
    let unit = unitMicroseconds
    var mean = 0.0
    for (covariance, weight) in zip(covariances, weights) { mean += covariance * weight }
    let half = factor.halfSolve(covariances)
    let explained = half.reduce(0) { $0 + $1 * $1 }
    let noise = scales.noiseVariance(relativeLatency: sketch.total / unit)
    let variance = max(0, priorVariance(of: sketch) - explained) + noise
    var latencies: [ExecutedKernel: Double] = [:]
    for part in sketch.parts {
      latencies[part.kernel] = part.time.total + correction(of: part)
    }
    let kernels = executed.map { max(latencies[$0.shape] ?? 0, 0) }
    // A correction can take much away, but not nearly all of what physics says.
    return Latency(
      microseconds: max(sketch.total + unit * mean, sketch.total / 10),
      standardErrorMicroseconds: intervalFactor * unit * variance.squareRoot(), kernels: kernels)
  }

  /// What the five parts that speak of kernels add to one kernel, in microseconds.
  private func correction(of part: NetworkSketch.Part) -> Double {
    let first = 3 * part.kernel.kindIndex
    func square(_ x: Double) -> Double { x * x }
    var correction =
      square(scales.launch) * part.time.launch * termWeights[first]
      + square(scales.arithmetic) * part.time.arithmetic * termWeights[first + 1]
      + square(scales.traffic) * part.time.traffic * termWeights[first + 2]
    var shapes = 0.0
    for (likeness, weight) in zip(likenesses.row(of: part.kernel), kernelWeights) {
      shapes += likeness * weight
    }
    correction += square(scales.shape) * part.time.total * shapes
    if let place = places[part.kernel] {
      correction += square(scales.kernel) * part.time.total * kernelWeights[place]
    }
    return correction
  }

  /// Returns the covariances of a network's correction with those of the measured networks.
  private func covariances(with sketch: NetworkSketch) -> [Double] {
    var shapes = [Double](repeating: 0, count: kernels.count)
    var same = [Double](repeating: 0, count: kernels.count)
    for part in sketch.parts {
      let time = part.count * part.time.total
      let row = likenesses.row(of: part.kernel)
      for index in shapes.indices { shapes[index] += time * row[index] }
      if let place = places[part.kernel] { same[place] += time }
    }
    let squares = scales.squares
    return sketches.indices.map { i in
      var (shape, kernel) = (0.0, 0.0)
      for (part, place) in zip(sketches[i].parts, networks[i].kernels) {
        let time = part.count * part.time.total
        shape += time * shapes[place.index]
        kernel += time * same[place.index]
      }
      return CovarianceParts(
        sketch, sketches[i], shape: shape, kernel: kernel, unit: unitMicroseconds, isSame: false
      ).sum(scales, squares: squares)
    }
  }

  /// The variance of a network's correction before anything is measured.
  private func priorVariance(of sketch: NetworkSketch) -> Double {
    let (shape, kernel) = sketch.selfProducts
    return CovarianceParts(
      sketch, sketch, shape: shape, kernel: kernel, unit: unitMicroseconds, isSame: true
    ).sum(scales)
  }

  /// Returns for each measured network by how many standard errors, `intervalFactor` not counted, it is off
  /// the prediction from all others, and that prediction in milliseconds.
  func leaveOneOut() -> [(prediction: Double, standardErrors: Double)] {
    let inverse = factor.inverse()
    let count = networks.count
    return (0..<count).map { i in
      let diagonal = inverse[i * count + i]
      let error = weights[i] / diagonal
      let noise = scales.noiseVariance(relativeLatency: sketches[i].total / unitMicroseconds)
      let variance = max(1 / diagonal - noise / networks[i].weight, 0) + noise
      return (
        (networks[i].latencyMicroseconds - error * unitMicroseconds) / 1000,
        error / variance.squareRoot()
      )
    }
  }
}

extension NetworkSketch {
  /// The parts of like shapes and of equal kernels of the network with itself, in µs².
  var selfProducts: (shape: Double, kernel: Double) {
    var (shape, kernel) = (0.0, 0.0)
    for (i, a) in parts.enumerated() {
      let time = a.count * a.time.total
      shape += time * time
      kernel += time * time
      for b in parts[..<i] where a.kernel.kernel.kind == b.kernel.kernel.kind {
        shape += 2 * time * b.count * b.time.total * a.kernel.likeness(to: b.kernel)
      }
    }
    return (shape, kernel)
  }
}

/// Likenesses of kernels to the measured ones, each computed once: a search prices few kernels many times.
private final class LikenessCache: Sendable {
  private let kernels: [ExecutedKernel]
  private let rows = Mutex<[ExecutedKernel: [Double]]>([:])

  init(_ kernels: [ExecutedKernel]) { self.kernels = kernels }

  func row(of kernel: ExecutedKernel) -> [Double] {
    if let row = rows.withLock({ $0[kernel] }) { return row }
    let row = kernels.map { kernel.likeness(to: $0) }
    // Spaces have hundreds of different kernels; what has more is not worth the memory.
    rows.withLock { if $0.count < 20_000 { $0[kernel] = row } }
    return row
  }
}

extension LatencyCorrection: Hashable {
  public static func == (first: LatencyCorrection, second: LatencyCorrection) -> Bool {
    first.scales == second.scales && first.unitMicroseconds == second.unitMicroseconds
      && first.intervalFactor == second.intervalFactor && first.kernels == second.kernels
      && first.networks == second.networks
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(scales)
    hasher.combine(networks)
  }
}

extension LatencyCorrection {
  /// Takes from a covariance matrix of networks what the measured ones tell about them.
  ///
  /// - Parameter unit: Microseconds in which the matrix is, squared.
  func condition(_ covariance: inout [Double], of sketches: [NetworkSketch], unit: Double) {
    let count = sketches.count
    let factor = unitMicroseconds / unit
    let halves = sketches.map { sketch in
      self.factor.halfSolve(covariances(with: sketch)).map { $0 * factor }
    }
    for i in 0..<count {
      for j in 0..<count {
        var explained = 0.0
        for (a, b) in zip(halves[i], halves[j]) { explained += a * b }
        covariance[i * count + j] -= explained
      }
    }
  }
}
