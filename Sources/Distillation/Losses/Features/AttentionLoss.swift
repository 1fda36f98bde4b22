import FileFormats
import NeuralNetworks
import TensorKernels

/// `{"kind": "attention"}`: attention transfer.
public struct AttentionRule: LossRule {
  public static let kind = "attention"
  public static let keys = [FeatureConnector.Resizing.key]
  public static let reads = LossReads.features
  public static let summary =
    "Σ over positions of (q/‖q‖ − p/‖p‖)², q and p the squares summed over the channels of student and teacher; "
    + "Zagoruyko and Komodakis, arXiv:1612.03928"

  public var resizing: FeatureConnector.Resizing

  public init(_ members: JSONMembers) throws(JSONError) { resizing = try .init(members) }
  public init(resizing: FeatureConnector.Resizing = .pool) { self.resizing = resizing }
  public var identity: String { resizing.identity }

  public func loss(on site: LossSite) throws(LossError) -> any TrainingLoss {
    guard let pair = site.features else { preconditionFailure("attention is a feature's") }
    return try AttentionLoss(pair, resizing: resizing)
  }
}

/// The distance between where the student and the teacher look.
///
///     L = mean over the batch of ‖q/‖q‖ − p/‖p‖‖²,   q[y, x] = Σ_c f[y, x, c]²,  p likewise of the teacher's feature
///
/// It lies between 0 and 2. Maps of unlike sizes are resized as attention maps, so that no connector is needed. An
/// image whose feature is zero everywhere has the map 0 and no gradient. Source: Zagoruyko and Komodakis, "Paying more
/// attention to attention", arXiv:1612.03928, eq. 2 with p = 2 in both places and the square of the distance.
public struct AttentionLoss: TrainingLoss {
  private let pair: FeaturePair
  private let height: Int
  private let width: Int
  private let studentBlend: MapBlend?
  private let teacherBlend: MapBlend?

  /// - Throws: `LossError` where one side has a single position, whose attention says nothing.
  public init(
    _ pair: FeaturePair, resizing: FeatureConnector.Resizing = .pool
  ) throws(LossError) {
    let connector = FeatureConnector(pair, resizing: resizing, channels: .never)
    let (own, other, shape) = (pair.studentShape, pair.teacherShape, connector.shape)
    guard own.positionCount > 1 && other.positionCount > 1 && shape.positionCount > 1 else {
      throw LossError(
        "attention needs maps of more than one position, got \(own) and the teacher's \(other)")
    }
    func blend(_ map: TensorShape) -> MapBlend? {
      map.height == shape.height && map.width == shape.width
        ? nil
        : MapBlend(height: map.height, to: shape.height, width: map.width, to: shape.width)
    }
    self.pair = pair
    (height, width) = (shape.height, shape.width)
    (studentBlend, teacherBlend) = (blend(own), blend(other))
  }

  public var inputs: LossInputs { pair.inputs }

  public func scratchFloats(images: Int, classes: Int) -> Int {
    var cursor = MemoryCursor()
    _ = Memory(self, images: images, cursor: &cursor)
    return cursor.floats
  }

  public func evaluate(_ slice: LossSlice) -> (loss: Double, correct: Int) {
    var cursor = MemoryCursor(slice.scratch)
    let memory = Memory(self, images: slice.count, cursor: &cursor)
    let feature = slice.features[0]
    let (own, other) = (pair.studentShape, pair.teacherShape)
    let rows = slice.count * own.positionCount
    rowSquares(feature.values, into: memory.student, rows: rows, columns: own.channels)
    rowSquares(
      slice.teacherFeatures[0], into: memory.teacher, rows: slice.count * other.positionCount,
      columns: other.channels)
    studentBlend?.run(memory.student, into: memory.map, images: slice.count, channels: 1)
    teacherBlend?.run(memory.teacher, into: memory.target, images: slice.count, channels: 1)

    let maps = studentBlend == nil ? memory.student : memory.map
    let targets = teacherBlend == nil ? memory.teacher : memory.target
    let positions = height * width
    var total = 0.0
    for image in 0..<slice.count {
      total += distance(
        maps + image * positions, targets + image * positions, batch: slice.batch)
    }
    studentBlend?.runBackward(memory.map, into: memory.student, images: slice.count, channels: 1)
    // ∂q[y, x]/∂f[y, x, c] = 2·f[y, x, c]; the 2 is in the map's gradient.
    scaleRows(
      feature.values, by: memory.student, into: feature.gradient, rows: rows,
      columns: own.channels)
    return (total, 0)
  }

  /// Returns one image's loss and turns its map into twice the map's gradient.
  private func distance(
    _ map: UnsafeMutablePointer<Float>, _ target: UnsafePointer<Float>, batch: Int
  ) -> Double {
    let positions = height * width
    let (inverse, targetInverse) = (inverseNorm(map), inverseNorm(target))
    var (loss, along) = (0.0, 0.0)
    for i in 0..<positions {
      let unit = inverse * Double(map[i])
      let difference = unit - targetInverse * Double(target[i])
      loss += difference * difference
      along += unit * difference
    }
    let factor = 4 * inverse / Double(batch)
    for i in 0..<positions {
      let unit = inverse * Double(map[i])
      map[i] = Float(factor * (unit - targetInverse * Double(target[i]) - along * unit))
    }
    return loss
  }

  /// 1/‖map‖; 0 for a map of zeros.
  private func inverseNorm(_ map: UnsafePointer<Float>) -> Double {
    var squares = 0.0
    for i in 0..<height * width { squares += Double(map[i]) * Double(map[i]) }
    return squares > 0 ? 1 / squares.squareRoot() : 0
  }

  private struct Memory {
    /// Attention of both, each in its own size; the student's gets its gradient.
    let student: UnsafeMutablePointer<Float>
    let teacher: UnsafeMutablePointer<Float>
    /// Both in the same size, where theirs is another.
    let map: UnsafeMutablePointer<Float>
    let target: UnsafeMutablePointer<Float>

    init(_ loss: AttentionLoss, images: Int, cursor: inout MemoryCursor) {
      let compared = images * loss.height * loss.width
      student = cursor.take(images * loss.pair.studentShape.positionCount)
      teacher = cursor.take(images * loss.pair.teacherShape.positionCount)
      map = cursor.take(loss.studentBlend == nil ? 0 : compared)
      target = cursor.take(loss.teacherBlend == nil ? 0 : compared)
    }
  }
}
