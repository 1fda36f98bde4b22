import FileFormats
import NeuralNetworks
import TensorKernels

/// `{"kind": "mmd"}`: maximum mean discrepancy, which is neuron selectivity transfer.
public struct DiscrepancyRule: LossRule {
  /// How two channels' maps are compared.
  public enum Kernel: String, Hashable, Sendable, CaseIterable {
    case linear, polynomial, gaussian
  }

  public static let kind = "mmd"
  public static let keys = ["kernel", "degree", "variance", FeatureConnector.Resizing.key]
  public static let reads = LossReads.features
  public static let summary =
    "mean k(s, s′) + mean k(t, t′) − 2·mean k(s, t) over pairs of channels, s and t their maps with length 1; "
    + "Huang and Wang, arXiv:1707.01219"

  public var kernel: Kernel
  /// d of the polynomial kernel (s·t)^d.
  public var degree: Int
  /// σ² of the Gaussian kernel exp(−‖s − t‖²/2σ²).
  public var variance: Double
  public var resizing: FeatureConnector.Resizing

  public init(
    kernel: Kernel = .polynomial, degree: Int = 2, variance: Double = 1,
    resizing: FeatureConnector.Resizing = .pool
  ) {
    (self.kernel, self.degree, self.variance) = (kernel, degree, variance)
    self.resizing = resizing
  }

  public init(_ members: JSONMembers) throws(JSONError) {
    self.init(
      kernel: try members["kernel"]?.choice(Kernel.self) ?? .polynomial,
      resizing: try FeatureConnector.Resizing(members))
    if let field = members["degree"] {
      degree = try field.integer(in: 2...8)
      guard kernel == .polynomial else {
        throw field.expected("no \"degree\" without \"kernel\": \"polynomial\"")
      }
    }
    if let field = members["variance"] {
      variance = try field.number(in: 0.01...100)
      guard kernel == .gaussian else {
        throw field.expected("no \"variance\" without \"kernel\": \"gaussian\"")
      }
    }
  }

  public var identity: String {
    let number =
      switch kernel {
      case .linear: ""
      case .polynomial: " \(degree)"
      case .gaussian: " \(variance)"
      }
    return kernel.rawValue + number + (resizing.identity.isEmpty ? "" : " \(resizing.identity)")
  }

  public func loss(on site: LossSite) throws(LossError) -> any TrainingLoss {
    guard let pair = site.features else { preconditionFailure("channels are a feature's") }
    return try DiscrepancyLoss(pair, self)
  }
}

/// The distance between the distributions that the maps of the student's and the teacher's channels come from.
///
///     L = mean over the batch of  mean k(s, s′) + mean k(t, t′) − 2·mean k(s, t)
///
/// s and t run over the channels of one image: maps of H·W values, divided by their length, a map of zeros left as it
/// is. The numbers of channels may differ, so no connector is needed. With the linear kernel it is the squared distance
/// of the means, with the polynomial one (degree 2) that of the Gram matrices over positions.
///
/// Source: Huang and Wang, "Like what you like: knowledge distill via neuron selectivity transfer", arXiv:1707.01219.
/// The Gaussian kernel's variance is a number here, in the place of the mean distance of the slice's own pairs: maps of
/// length 1 are at most 2 apart, and the loss stays one function.
struct DiscrepancyLoss: ConnectedLoss {
  static let connectorPurpose = "discrepancy connector"
  static let comparesEachImage = true

  let connector: FeatureConnector
  private let kernel: PairKernel

  /// - Throws: `LossError` where a map has a single position: divided by its length nothing is left of it.
  init(_ pair: FeaturePair, _ rule: DiscrepancyRule) throws(LossError) {
    connector = FeatureConnector(pair, resizing: rule.resizing, channels: .never)
    let (own, other) = (pair.studentShape, pair.teacherShape)
    guard
      own.positionCount > 1 && other.positionCount > 1 && connector.shape.positionCount > 1
    else {
      throw LossError(
        "the discrepancy of channels needs maps of more than one position, got \(own) and the teacher's \(other)"
      )
    }
    kernel =
      switch rule.kernel {
      case .linear: .linear
      case .polynomial: .polynomial(degree: rule.degree, offset: 0)
      case .gaussian: .gaussian(variance: Float(rule.variance))
      }
  }

  func compare(
    _ compared: FeatureConnector.Compared, _ slice: LossSlice, _ memory: Memory
  ) -> Double {
    let (own, other) = (connector.shape, connector.teacherShape)
    var total = 0.0
    for image in 0..<slice.count {
      total += discrepancy(
        compared.values + image * own.elementCount, compared.target + image * other.elementCount,
        gradient: compared.gradient + image * own.elementCount, batch: slice.batch, memory)
    }
    return total
  }

  /// Returns one image's loss and writes the gradient of the student's side.
  private func discrepancy(
    _ values: UnsafePointer<Float>, _ target: UnsafePointer<Float>,
    gradient: UnsafeMutablePointer<Float>, batch: Int, _ memory: Memory
  ) -> Double {
    let positions = connector.shape.positionCount
    let (own, other) = (connector.shape.channels, connector.teacherShape.channels)
    unitColumns(
      values, into: memory.student, inverseNorms: memory.inverseNorms, rows: positions,
      columns: own)
    unitColumns(
      target, into: memory.teacher, inverseNorms: memory.teacherNorms, rows: positions,
      columns: other)
    /// The sum of k over the pairs of two sides; leaves factor · k′ in `products`.
    func pairs(
      _ left: UnsafePointer<Float>, _ leftCount: Int, _ right: UnsafePointer<Float>,
      _ rightCount: Int, _ products: UnsafeMutablePointer<Float>, factor: Double
    ) -> Double {
      let count = leftCount * rightCount
      products.update(repeating: 0, count: count)
      transposedProduct(
        left, right, addingTo: products, positions: positions, m: leftCount, n: rightCount)
      return applyKernel(kernel, products, factor: Float(factor / Double(batch)), count: count)
        / Double(count)
    }
    // The teacher's own pairs change nothing but the value; their slopes are overwritten.
    let teachers = pairs(memory.teacher, other, memory.teacher, other, memory.between, factor: 0)
    let between = pairs(
      memory.teacher, other, memory.student, own, memory.between,
      factor: -2 / Double(own * other))
    // A pair of channels stands there twice.
    let students = pairs(
      memory.student, own, memory.student, own, memory.within, factor: 2 / Double(own * own))
    matrixProduct(memory.student, memory.within, into: memory.slopes, m: positions, n: own, k: own)
    matrixProduct(
      memory.teacher, memory.between, accumulate: true, into: memory.slopes, m: positions,
      n: own, k: other)
    unitColumnsBackward(
      memory.student, inverseNorms: memory.inverseNorms, gradient: memory.slopes, into: gradient,
      rows: positions, columns: own)
    return students + teachers - 2 * between
  }

  struct Memory: ConnectedMemory {
    /// Maps of length 1 of one image, `[positions, channels]`, and 1 / their length before.
    let student: UnsafeMutablePointer<Float>
    let teacher: UnsafeMutablePointer<Float>
    let inverseNorms: UnsafeMutablePointer<Float>
    let teacherNorms: UnsafeMutablePointer<Float>
    /// Slopes by the products of the student's channels with each other, and of the teacher's with the student's.
    let within: UnsafeMutablePointer<Float>
    let between: UnsafeMutablePointer<Float>
    /// Of the maps of length 1.
    let slopes: UnsafeMutablePointer<Float>

    init(_ loss: DiscrepancyLoss, images: Int, cursor: inout MemoryCursor) {
      let (own, other) = (loss.connector.shape, loss.connector.teacherShape)
      student = cursor.take(own.elementCount)
      teacher = cursor.take(other.elementCount)
      inverseNorms = cursor.take(own.channels)
      teacherNorms = cursor.take(other.channels)
      within = cursor.take(own.channels * own.channels)
      between = cursor.take(other.channels * max(own.channels, other.channels))
      slopes = cursor.take(own.elementCount)
    }
  }
}
