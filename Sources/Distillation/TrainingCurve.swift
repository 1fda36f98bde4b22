/// How a training went on its way, in a few points.
///
/// The steps are cut into stretches of equal length; a point stands at the end of each and holds the means over
/// it. So no step is left out, and the noise of single batches is averaged.
///
/// In JSON a list of `[step, loss, accuracy]`.
public struct TrainingCurve: Hashable, Sendable {
  public struct Point: Hashable, Sendable {
    /// Steps done.
    public let step: Int
    /// The mean training loss.
    public let loss: Double
    /// The share of right answers in the training batches, 0…1, augmented as they are.
    public let accuracy: Double

    public init(step: Int, loss: Double, accuracy: Double) {
      (self.step, self.loss, self.accuracy) = (step, loss, accuracy)
    }
  }

  /// The most points of a training.
  public static let mostPoints = 64

  /// By their steps, ascending. Of a training that continued from a checkpoint of an earlier version those
  /// after it.
  public internal(set) var points: [Point]

  public init(_ points: [Point] = []) { self.points = points }
}

extension TrainingCurve: Codable {
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    points = try container.decode([[Double]].self).map { row in
      guard row.count == 3, let step = Int(exactly: row[0]), step > 0 else {
        throw DecodingError.dataCorruptedError(
          in: container, debugDescription: "expected a list of [step, loss, accuracy]")
      }
      return Point(step: step, loss: row[1], accuracy: row[2])
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(points.map { [Double($0.step), $0.loss, $0.accuracy] })
  }
}

/// Records a curve while a training runs. Used by one thread at a time.
public final class CurveRecorder: @unchecked Sendable {
  /// What has been seen so far; part of a checkpoint, so that an interrupted training has the curve of one that
  /// was not.
  struct Progress: Hashable, Codable {
    var curve = TrainingCurve()
    /// Sums over the steps of the open stretch.
    var loss = 0.0
    var accuracy = 0.0
    var count = 0
  }

  var progress = Progress()

  public init() {}

  /// The points of the stretches that have ended.
  public var curve: TrainingCurve { progress.curve }

  /// Takes a step.
  ///
  /// - Parameters:
  ///   - done: How many steps are done with it.
  ///   - steps: Those of the whole training.
  func add(loss: Double, accuracy: Double, done: Int, of steps: Int) {
    progress.loss += loss
    progress.accuracy += accuracy
    progress.count += 1
    let most = TrainingCurve.mostPoints
    guard steps <= most || done * most / steps > (done - 1) * most / steps else { return }
    let count = Double(progress.count)
    progress.curve.points.append(
      TrainingCurve.Point(
        step: done, loss: CurveRecorder.rounded(progress.loss / count),
        accuracy: CurveRecorder.rounded(progress.accuracy / count)))
    progress = Progress(curve: progress.curve)
  }

  /// Five decimals: more than batches can tell apart, in a fifth of the digits.
  private static func rounded(_ value: Double) -> Double {
    (value * 100_000).rounded() / 100_000
  }
}
