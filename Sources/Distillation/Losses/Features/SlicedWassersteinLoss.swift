import FileFormats
import NeuralNetworks
import RandomStreams
import TensorKernels

/// `{"kind": "sliced_wasserstein"}`
public struct SlicedWassersteinRule: LossRule {
  public static let kind = "sliced_wasserstein"
  public static let keys = ["directions", "side"]
  public static let reads = LossReads.features
  public static let summary =
    "mean over random directions and ranks k of (k-th smallest f·θ − k-th smallest t·θ)²; Bonneel et al., "
    + "doi:10.1007/s10851-014-0506-3, drawn anew each step as by Deshpande et al., arXiv:1803.11188"

  /// Directions a step.
  public var directions: Int
  /// Maps are pooled until no side has more positions.
  public var side: Int

  public init(directions: Int = 8, side: Int = 4) {
    (self.directions, self.side) = (directions, side)
  }

  public init(_ members: JSONMembers) throws(JSONError) {
    self.init(
      directions: try members["directions"]?.integer(in: 1...1024) ?? 8,
      side: try members["side"]?.integer(in: 1...64) ?? 4)
  }

  public var identity: String { "\(directions) directions, side \(side)" }

  public func loss(on site: LossSite) throws(LossError) -> any TrainingLoss {
    guard let pair = site.features else { preconditionFailure("it compares features") }
    return SlicedWassersteinLoss(pair, self)
  }
}

/// The distance between the distributions of the student's and the teacher's features, whichever image and position
/// they come from.
///
///     L = mean over directions θ and ranks k of (s_(k) − t_(k))²
///
/// s_(1) ≤ s_(2) ≤ … are the products with θ of the features at all positions of the slice's images, t_(k) the
/// teacher's. θ is drawn evenly from the unit sphere, anew in each step from the training's seed and the step, the same
/// for all slices. Features with other channels than the teacher's go through a connector first.
///
/// The distributions are those of a slice: its images are compared with each other's. A slice of one image compares
/// its positions.
///
/// Source: Bonneel et al., "Sliced and Radon Wasserstein barycenters of measures", doi:10.1007/s10851-014-0506-3;
/// with new directions in each step, Deshpande et al., arXiv:1803.11188.
struct SlicedWassersteinLoss: ConnectedLoss {
  static let connectorPurpose = "sliced Wasserstein connector"
  static let comparesEachImage = false

  let connector: FeatureConnector
  private let directions: Int

  init(_ pair: FeaturePair, _ rule: SlicedWassersteinRule = SlicedWassersteinRule()) {
    connector = FeatureConnector(pair, channels: .whereUnlike, longestSide: rule.side)
    directions = rule.directions
  }

  func compare(
    _ compared: FeatureConnector.Compared, _ slice: LossSlice, _ memory: Memory
  ) -> Double {
    let (rows, channels) = (slice.count * connector.shape.positionCount, connector.shape.channels)
    draw(into: memory.rows, seed: slice.seed, step: slice.step)
    transpose(memory.rows, into: memory.columns, rows: directions, columns: channels)
    matrixProduct(
      compared.values, memory.columns, into: memory.student, m: rows, n: directions, k: channels)
    matrixProduct(
      compared.target, memory.columns, into: memory.teacher, m: rows, n: directions, k: channels)
    let share = Double(slice.count) / Double(directions * rows)
    let factor = Float(2 * share / Double(slice.batch))
    var squares = 0.0
    for direction in 0..<directions {
      let (student, teacher) = (memory.student + direction, memory.teacher + direction)
      for (values, order) in [(student, memory.order), (teacher, memory.teacherOrder)] {
        ascendingOrder(
          of: values, stride: directions, count: rows, into: order, scratch: memory.sorting)
      }
      squares += matchRanks(
        student, memory.order, teacher, memory.teacherOrder, stride: directions, count: rows,
        factor: factor)
    }
    matrixProduct(
      memory.student, memory.rows, into: compared.gradient, m: rows, n: channels, k: directions)
    return squares * share
  }

  /// Draws the directions of a step, `[directions, channels]`.
  func draw(into rows: UnsafeMutablePointer<Float>, seed: UInt64, step: Int) {
    var stream = RandomStream(
      seed: seed, purpose: "sliced Wasserstein directions", connector.pair.student, step)
    let channels = connector.shape.channels
    for direction in 0..<directions {
      let row = rows + direction * channels
      var squares: Float = 0
      // Normal numbers have no preferred direction.
      while squares == 0 {
        for c in 0..<channels {
          row[c] = Float(stream.normal())
          squares += row[c] * row[c]
        }
      }
      let inverse = 1 / squares.squareRoot()
      for c in 0..<channels { row[c] *= inverse }
    }
  }

  struct Memory: ConnectedMemory {
    /// Directions as rows and as columns.
    let rows: UnsafeMutablePointer<Float>
    let columns: UnsafeMutablePointer<Float>
    /// Products of features and directions, `[images · positions, directions]`; the student's get their gradient.
    let student: UnsafeMutablePointer<Float>
    let teacher: UnsafeMutablePointer<Float>
    let order: UnsafeMutablePointer<UInt64>
    let teacherOrder: UnsafeMutablePointer<UInt64>
    let sorting: UnsafeMutablePointer<Float>

    init(_ loss: SlicedWassersteinLoss, images: Int, cursor: inout MemoryCursor) {
      let count = images * loss.connector.shape.positionCount
      func takeOrder() -> UnsafeMutablePointer<UInt64> {
        UnsafeMutableRawPointer(cursor.take(2 * count)).assumingMemoryBound(to: UInt64.self)
      }
      rows = cursor.take(loss.directions * loss.connector.shape.channels)
      columns = cursor.take(loss.directions * loss.connector.shape.channels)
      student = cursor.take(count * loss.directions)
      teacher = cursor.take(count * loss.directions)
      order = takeOrder()
      teacherOrder = takeOrder()
      sorting = cursor.take(orderScratchFloats(count: count))
    }
  }
}
