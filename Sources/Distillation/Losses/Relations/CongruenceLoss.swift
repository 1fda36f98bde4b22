import FileFormats
import Foundation
import NeuralNetworks
import TensorKernels

/// `{"kind": "correlation"}`: correlation congruence.
public struct CongruenceRule: LossRule {
  /// How two images' vectors are compared.
  public enum Kernel: String, Hashable, Sendable, CaseIterable {
    case bilinear, gaussian
  }

  public static let kind = "correlation"
  public static let keys = ["kernel", "gamma", RelationSource.Choice.key]
  public static let reads = LossReads.features
  public static let summary =
    "mean over pairs of images of (k(x, x′) − k(y, y′))², x and y the vectors of student and teacher with length 1; "
    + "Peng et al., arXiv:1904.01802"

  public var kernel: Kernel
  /// γ of the Gaussian kernel.
  public var gamma: Double
  public var source: RelationSource.Choice

  public init(
    kernel: Kernel = .gaussian, gamma: Double = 0.4, of source: RelationSource.Choice = .features
  ) {
    (self.kernel, self.gamma, self.source) = (kernel, gamma, source)
  }

  public init(_ members: JSONMembers) throws(JSONError) {
    self.init(
      kernel: try members["kernel"]?.choice(Kernel.self) ?? .gaussian,
      of: try RelationSource.Choice(members))
    if let field = members["gamma"] {
      gamma = try field.number(in: 0.001...100)
      guard kernel == .gaussian else {
        throw field.expected("no \"gamma\" without \"kernel\": \"gaussian\"")
      }
    }
  }

  public var reads: LossReads { source.reads }

  public var identity: String {
    kernel.rawValue + (kernel == .gaussian ? " \(gamma)" : "") + source.identity
  }

  public func loss(on site: LossSite) throws(LossError) -> any TrainingLoss {
    CongruenceLoss(source.source(on: site), self)
  }
}

/// The distance between the correlations that the student and the teacher see between images.
///
///     L = mean over all n² ordered pairs of images of a slice of (k(xᵢ, xⱼ) − k(yᵢ, yⱼ))²
///     k(x, x′) = x·x′ (bilinear) or exp(−γ·‖x − x′‖²) = exp(2γ·(x·x′ − 1)) (gaussian)
///
/// x and y are the vectors of the student and the teacher, divided by their length; one of zeros stays so and has no
/// gradient. Of a single image the loss is 0. Source: Peng et al., "Correlation congruence for knowledge distillation",
/// arXiv:1904.01802, eq. 5 to 8, with the Gaussian kernel itself in the place of its Taylor series.
struct CongruenceLoss: RelationLoss {
  let source: RelationSource
  /// γ; nil: the bilinear kernel.
  private let gamma: Double?

  init(_ source: RelationSource, _ rule: CongruenceRule = CongruenceRule()) {
    self.source = source
    gamma = rule.kernel == .gaussian ? rule.gamma : nil
  }

  func compare(
    _ rows: RelationSource.Rows, _ memory: Memory, count n: Int, batch: Int
  ) -> Double {
    correlate(
      rows.values, width: rows.width, memory.student, inverseNorms: memory.inverseNorms, count: n)
    correlate(
      rows.teacher, width: rows.teacherWidth, memory.teacher, inverseNorms: memory.teacherNorms,
      count: n)
    // Each pair stands there twice, and its value is of both vectors.
    let factor = 4 / Double(n * batch)
    var squares = 0.0
    for i in 0..<n {
      var along = 0.0
      for j in 0..<n {
        let product = Double(memory.student[i * n + j])
        let (value, slope) = kernel(product)
        let difference = value - kernel(Double(memory.teacher[i * n + j])).value
        squares += difference * difference
        let share = factor * difference * slope
        along += share * product
        memory.mixture[i * n + j] =
          Float(share * memory.inverseNorms[i] * memory.inverseNorms[j])
      }
      // What a vector's length changes is not in its direction.
      memory.mixture[i * n + i] -=
        Float(along * memory.inverseNorms[i] * memory.inverseNorms[i])
    }
    rows.mix(memory.mixture, count: n)
    return squares / Double(n)
  }

  /// The kernel of two vectors of length 1 and its slope, by their product.
  private func kernel(_ product: Double) -> (value: Double, slope: Double) {
    guard let gamma else { return (product, 1) }
    let value = exp(2 * gamma * (product - 1))
    return (value, 2 * gamma * value)
  }

  /// Writes the products of all pairs of vectors, divided by their lengths.
  private func correlate(
    _ vectors: UnsafePointer<Float>, width: Int, _ products: UnsafeMutablePointer<Float>,
    inverseNorms: UnsafeMutablePointer<Double>, count n: Int
  ) {
    rowProducts(vectors, count: n, width: width, into: products, stride: n)
    for i in 0..<n {
      let square = Double(products[i * n + i])
      inverseNorms[i] = square > 0 ? 1 / square.squareRoot() : 0
    }
    for i in 0..<n {
      for j in 0..<n {
        products[i * n + j] = Float(
          Double(products[i * n + j]) * inverseNorms[i] * inverseNorms[j])
      }
    }
  }

  struct Memory: RelationMemory {
    /// Products of all pairs of directions, the student's and the teacher's.
    let student: UnsafeMutablePointer<Float>
    let teacher: UnsafeMutablePointer<Float>
    let mixture: UnsafeMutablePointer<Float>
    /// 1/length of each vector; 0 of one of zeros.
    let inverseNorms: UnsafeMutablePointer<Double>
    let teacherNorms: UnsafeMutablePointer<Double>

    init(images: Int, cursor: inout MemoryCursor) {
      student = cursor.take(images * images)
      teacher = cursor.take(images * images)
      mixture = cursor.take(images * images)
      inverseNorms = cursor.takeDoubles(images)
      teacherNorms = cursor.takeDoubles(images)
    }
  }
}
