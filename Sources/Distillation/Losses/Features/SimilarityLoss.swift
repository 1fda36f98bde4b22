import FileFormats
import NeuralNetworks
import TensorKernels

/// `{"kind": "similarity"}`: similarity preserving.
public struct SimilarityRule: LossRule {
  public static let kind = "similarity"
  public static let keys = [RelationSource.Choice.key]
  public static let reads = LossReads.features
  public static let summary =
    "mean over pairs of images of (G[i, j]/‖G[i]‖ − H[i, j]/‖H[i]‖)², G and H the products of the features of two "
    + "images, student's and teacher's; Tung and Mori, arXiv:1907.09682"

  public var source: RelationSource.Choice

  public init(of source: RelationSource.Choice = .features) { self.source = source }
  public init(_ members: JSONMembers) throws(JSONError) { source = try .init(members) }
  public var reads: LossReads { source.reads }
  public var identity: String { String(source.identity.drop { $0 == " " }) }

  public func loss(on site: LossSite) throws(LossError) -> any TrainingLoss {
    SimilarityLoss(source.source(on: site))
  }
}

/// The distance between how the student and the teacher see images as similar.
///
///     L = mean over all n² ordered pairs of images i, j of a slice of (G[i, j]/‖G[i]‖ − H[i, j]/‖H[i]‖)²
///
/// G[i, j] is the product of the student's vectors of images i and j, H[i, j] that of the teacher's. A row of zeros, of
/// an image whose vector is zero, stays one. Of a single image the loss is 0. Source: Tung and Mori,
/// "Similarity-preserving knowledge distillation", arXiv:1907.09682, eq. 1 to 4.
struct SimilarityLoss: RelationLoss {
  let source: RelationSource

  init(_ source: RelationSource) { self.source = source }

  func compare(
    _ rows: RelationSource.Rows, _ memory: Memory, count n: Int, batch: Int
  ) -> Double {
    rowProducts(rows.values, count: n, width: rows.width, into: memory.student, stride: n)
    rowProducts(rows.teacher, count: n, width: rows.teacherWidth, into: memory.teacher, stride: n)
    let factor = 2 / Double(n * batch)
    var squares = 0.0
    for i in 0..<n {
      let (row, target) = (memory.student + i * n, memory.teacher + i * n)
      let (inverse, targetInverse) = (inverseNorm(row, count: n), inverseNorm(target, count: n))
      var along = 0.0
      for j in 0..<n {
        let unit = inverse * Double(row[j])
        let difference = unit - targetInverse * Double(target[j])
        squares += difference * difference
        along += difference * unit
      }
      for j in 0..<n {
        let unit = inverse * Double(row[j])
        let difference = unit - targetInverse * Double(target[j])
        memory.slopes[i * n + j] = Float(factor * inverse * (difference - along * unit))
      }
    }
    // G[i, j] and G[j, i] are the same product, of both vectors.
    for i in 0..<n {
      for j in 0..<n {
        memory.student[i * n + j] = memory.slopes[i * n + j] + memory.slopes[j * n + i]
      }
    }
    rows.mix(memory.student, count: n)
    return squares / Double(n)
  }

  /// 1/‖row‖; 0 for a row of zeros.
  private func inverseNorm(_ row: UnsafePointer<Float>, count: Int) -> Double {
    var squares = 0.0
    for j in 0..<count { squares += Double(row[j]) * Double(row[j]) }
    return squares > 0 ? 1 / squares.squareRoot() : 0
  }

  struct Memory: RelationMemory {
    /// Products of all pairs, the student's and the teacher's.
    let student: UnsafeMutablePointer<Float>
    let teacher: UnsafeMutablePointer<Float>
    /// Slopes of the student's products.
    let slopes: UnsafeMutablePointer<Float>

    init(images: Int, cursor: inout MemoryCursor) {
      student = cursor.take(images * images)
      teacher = cursor.take(images * images)
      slopes = cursor.take(images * images)
    }
  }
}
