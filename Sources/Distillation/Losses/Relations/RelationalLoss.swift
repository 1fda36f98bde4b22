import FileFormats
import NeuralNetworks
import TensorKernels

/// `{"kind": "rkd"}`: relational knowledge distillation.
public struct RelationalRule: LossRule {
  public static let kind = "rkd"
  public static let keys = ["distance", "angle", RelationSource.Choice.key]
  public static let reads = LossReads.features
  public static let summary =
    "distance·mean over pairs of h(d/d̄ − e/ē) + angle·mean over triangles of h(cos α − cos β), d and α the student's "
    + "distances and angles between images, e and β the teacher's, h Huber's; Park et al., arXiv:1904.05068"

  /// The weight of distances.
  public var distance: Double
  /// The weight of angles.
  public var angle: Double
  public var source: RelationSource.Choice

  public init(
    distance: Double = 1, angle: Double = 2, of source: RelationSource.Choice = .features
  ) {
    (self.distance, self.angle, self.source) = (distance, angle, source)
  }

  public init(_ members: JSONMembers) throws(JSONError) {
    self.init(
      distance: try members["distance"]?.number(in: 0...1000) ?? 1,
      angle: try members["angle"]?.number(in: 0...1000) ?? 2,
      of: try RelationSource.Choice(members))
    if distance == 0, angle == 0, let field = members["angle"] ?? members["distance"] {
      throw field.expected("a weight above 0 of distances or of angles")
    }
  }

  public var reads: LossReads { source.reads }
  public var identity: String { "distance \(distance) angle \(angle)\(source.identity)" }

  public func loss(on site: LossSite) throws(LossError) -> any TrainingLoss {
    RelationalLoss(source.source(on: site), self)
  }
}

/// The distance between the shapes that a slice's images make in the student's space and in the teacher's.
///
///     L = a · mean over pairs i ≠ j of h(dᵢⱼ/d̄ − eᵢⱼ/ē)  +  b · mean over triangles i, j, k of h(cos αᵢⱼₖ − cos βᵢⱼₖ)
///
/// d and e are the Euclidean distances of the student's and the teacher's vectors, d̄ and ē their means over pairs of
/// different vectors, α and β the angles at the second image of three different ones, and h(r) = r²/2 where |r| ≤ 1,
/// else |r| − 1/2. Equal vectors (nearer than 1e-12) have the distance 0, angles at them the cosine 0, and neither a
/// gradient. A slice of one image has the loss 0, of two images no angles.
///
/// Source: Park et al., "Relational knowledge distillation", arXiv:1904.05068, eq. 6 to 10; the weights 1 and 2 are
/// theirs for metric learning.
struct RelationalLoss: RelationLoss {
  let source: RelationSource
  private let distance: Double
  private let angle: Double

  /// The smallest squared distance whose gradient single precision can hold.
  private static let leastSquare: Float = 1e-24

  init(_ source: RelationSource, _ rule: RelationalRule = RelationalRule()) {
    self.source = source
    (distance, angle) = (rule.distance, rule.angle)
  }

  func compare(
    _ rows: RelationSource.Rows, _ memory: Memory, count n: Int, batch: Int
  ) -> Double {
    let mean = measure(rows.values, width: rows.width, memory.student, count: n)
    let teacherMean = measure(rows.teacher, width: rows.teacherWidth, memory.teacher, count: n)
    let stride = relationStride(n)
    memory.slopes.update(repeating: 0, count: n * stride)
    // The batch's mean counts a slice by its images.
    let share = Double(n) / Double(batch)
    var total = 0.0
    if distance > 0 {
      total +=
        distance
        * distances(
          memory, mean: mean, teacherMean: teacherMean, factor: share * distance, count: n)
    }
    if angle > 0 && n > 2 {
      let triangles = Double(n * (n - 1) * (n - 2))
      total +=
        angle / triangles
        * angleRelations(
          memory.student.relations, memory.teacher.relations, count: n,
          factor: Float(share * angle / triangles), addingTo: memory.slopes)
    }
    // ∂d²ᵢⱼ/∂xᵢ = 2·(xᵢ − xⱼ)
    for i in 0..<n {
      var sum: Float = 0
      for j in 0..<n {
        let slope = 2 * (memory.slopes[i * stride + j] + memory.slopes[j * stride + i])
        memory.mixture[i * n + j] = -slope
        sum += j == i ? 0 : slope
      }
      memory.mixture[i * n + i] = sum
    }
    rows.mix(memory.mixture, count: n)
    return total * Double(n)
  }

  /// Returns the mean Huber distance of relative distances and adds its slopes by the squared distances.
  private func distances(
    _ memory: Memory, mean: Double, teacherMean: Double, factor: Double, count n: Int
  ) -> Double {
    let stride = relationStride(n)
    let scale = mean > 0 ? 1 / mean : 0
    let teacherScale = teacherMean > 0 ? 1 / teacherMean : 0
    let pairs = Double(n * (n - 1))
    func residual(_ place: Int) -> Double {
      // d = d²·(1/d)
      let own = Double(memory.student.squares[place]) * Double(memory.student.inverses[place])
      let other = Double(memory.teacher.squares[place]) * Double(memory.teacher.inverses[place])
      return own * scale - other * teacherScale
    }
    // The mean changes with every distance: along is Σ h′·d/d̄ over the pairs of different vectors.
    var (total, along, different) = (0.0, 0.0, 0.0)
    for i in 0..<n {
      for j in 0..<n where j != i {
        let place = i * stride + j
        let r = residual(place)
        let slope = min(max(r, -1), 1)
        total += slope * (r - slope / 2)
        let inverse = Double(memory.student.inverses[place])
        along += slope * Double(memory.student.squares[place]) * inverse * scale
        if inverse > 0 { different += 1 }
      }
    }
    let ofMean = different > 0 ? along / different : 0
    for i in 0..<n {
      for j in 0..<n where j != i {
        let place = i * stride + j
        let slope = min(max(residual(place), -1), 1)
        // ∂d/∂d² = 1/(2d)
        memory.slopes[place] += Float(
          factor / pairs * (slope - ofMean) * scale * 0.5
            * Double(memory.student.inverses[place]))
      }
    }
    return total / pairs
  }

  /// Fills in the distances of all pairs and returns their mean over the pairs of different vectors, or 0.
  private func measure(
    _ vectors: UnsafePointer<Float>, width: Int, _ side: Side, count n: Int
  ) -> Double {
    let stride = relationStride(n)
    side.squares.update(repeating: 0, count: n * stride)
    side.inverses.update(repeating: 0, count: n * stride)
    squaredRowDistances(vectors, count: n, width: width, into: side.squares, stride: stride)
    var (sum, different) = (0.0, 0.0)
    for i in 0..<n {
      for j in 0..<n {
        let square = side.squares[i * stride + j]
        guard square > RelationalLoss.leastSquare else { continue }
        let length = Double(square).squareRoot()
        side.inverses[i * stride + j] = Float(1 / length)
        sum += length
        different += 1
      }
    }
    return different > 0 ? sum / different : 0
  }

  /// The squared distances of one side's vectors and 1/distance, each `[n, n]` with rows `relationStride(n)` apart.
  struct Side {
    let squares: UnsafeMutablePointer<Float>
    let inverses: UnsafeMutablePointer<Float>

    init(images: Int, cursor: inout MemoryCursor) {
      squares = cursor.take(images * relationStride(images))
      inverses = cursor.take(images * relationStride(images))
    }

    var relations: RelationDistances { RelationDistances(squares: squares, inverses: inverses) }
  }

  struct Memory: RelationMemory {
    let student: Side
    let teacher: Side
    /// By the squared distances of the student, as `Side`'s.
    let slopes: UnsafeMutablePointer<Float>
    /// `[n, n]`
    let mixture: UnsafeMutablePointer<Float>

    init(images: Int, cursor: inout MemoryCursor) {
      student = Side(images: images, cursor: &cursor)
      teacher = Side(images: images, cursor: &cursor)
      slopes = cursor.take(images * relationStride(images))
      mixture = cursor.take(images * images)
    }
  }
}
