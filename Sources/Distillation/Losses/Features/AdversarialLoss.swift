import FileFormats
import Foundation
import NeuralNetworks
import RandomStreams
import TensorKernels

/// `{"kind": "adversarial"}`: a discriminator on features.
public struct AdversarialRule: LossRule {
  public static let kind = "adversarial"
  public static let keys = ["hidden", "side", "reversal"]
  public static let reads = LossReads.features
  public static let summary =
    "−½·mean log D(t) − ½·mean log (1 − D(f)), which the discriminator D makes small and the student, by the "
    + "reversed gradient, large; Xu et al., arXiv:1709.00513; Ganin et al., arXiv:1505.07818"

  /// Units of the discriminator's hidden layer.
  public var hidden: Int
  /// Maps are pooled until no side has more positions.
  public var side: Int
  /// How much of the discriminator's gradient the student gets, with the other sign.
  public var reversal: Double

  public init(hidden: Int = 32, side: Int = 4, reversal: Double = 1) {
    (self.hidden, self.side, self.reversal) = (hidden, side, reversal)
  }

  public init(_ members: JSONMembers) throws(JSONError) {
    self.init(
      hidden: try members["hidden"]?.integer(in: 1...4096) ?? 32,
      side: try members["side"]?.integer(in: 1...64) ?? 4,
      reversal: try members["reversal"]?.number(in: 0.001...1000) ?? 1)
  }

  public var identity: String { "\(hidden) hidden, side \(side), reversal \(reversal)" }

  public func loss(on site: LossSite) throws(LossError) -> any TrainingLoss {
    guard let pair = site.features else { preconditionFailure("it compares features") }
    return AdversarialLoss(pair, self)
  }
}

/// What a discriminator makes of features, which it learns to tell from the teacher's while the student learns to
/// deceive it.
///
///     L = −½·mean log D(t) − ½·mean log (1 − D(f)),   D(f) = σ(max(0, f·W + b)·v + c)
///
/// The means are over images and positions. The discriminator (W, b, v, c) descends L; the student's feature f, and the
/// connector that gives it the teacher's channels where they differ, ascend it: their gradient is −r·∂L. The value is
/// the discriminator's: log 2 = 0.693 where it cannot tell the two apart.
///
/// The discriminator is trained as connectors are, with the student's optimiser and rate. Sources: Xu, Hsu and Huang,
/// arXiv:1709.00513, on features in the place of logits; the reversed gradient: Ganin et al., arXiv:1505.07818.
struct AdversarialLoss: ConnectedLoss {
  static let connectorPurpose = "adversarial connector"
  static let comparesEachImage = false

  let connector: FeatureConnector
  private let hidden: Int
  private let reversal: Float

  init(_ pair: FeaturePair, _ rule: AdversarialRule = AdversarialRule()) {
    connector = FeatureConnector(pair, channels: .whereUnlike, longestSide: rule.side)
    (hidden, reversal) = (rule.hidden, Float(rule.reversal))
  }

  private var channels: Int { connector.shape.channels }

  /// The connector, then W, `[channels, hidden]`, b and v, `[hidden]` each, and c.
  var connectorFloats: Int { connector.parameterFloats + (channels + 2) * hidden + 1 }

  /// Draws W with variance 2/channels and v with variance 1/hidden; b and c start at zero.
  func initialize(_ connectors: UnsafeMutablePointer<Float>, seed: UInt64) {
    connector.initialize(connectors, seed: seed, purpose: Self.connectorPurpose)
    var stream = RandomStream(seed: seed, purpose: "discriminator", connector.pair.student)
    let own = Parameters(self, connectors)
    let deviation = (2 / Double(channels)).squareRoot()
    for i in 0..<channels * hidden { own.weights[i] = Float(deviation * stream.normal()) }
    for i in 0..<hidden {
      own.readout[i] = Float(stream.normal() / Double(hidden).squareRoot())
    }
  }

  func compare(
    _ compared: FeatureConnector.Compared, _ slice: LossSlice, _ memory: Memory
  ) -> Double {
    let parameters = Parameters(self, UnsafeMutablePointer(mutating: slice.connectors))
    let gradients = Parameters(self, slice.connectorGradients)
    let rows = slice.count * connector.shape.positionCount
    transpose(parameters.weights, into: memory.columns, rows: channels, columns: hidden)
    var total = 0.0
    for isTeacher in [true, false] {
      let values = isTeacher ? compared.target : compared.values
      total += judge(values, isTeacher: isTeacher, parameters, memory, rows: rows, slice)
      learn(values, parameters, gradients, memory, rows: rows)
    }
    // What the student's side left in the hidden layer, the other way round.
    for i in 0..<channels * hidden { memory.columns[i] *= -reversal }
    matrixProduct(
      memory.slopes, memory.columns, into: compared.gradient, m: rows, n: channels, k: hidden)
    return total * Double(slice.count)
  }

  /// Runs the discriminator on one side, leaves the slope of its output in `answers`, and returns the loss's mean.
  private func judge(
    _ values: UnsafePointer<Float>, isTeacher: Bool, _ parameters: Parameters, _ memory: Memory,
    rows: Int, _ slice: LossSlice
  ) -> Double {
    matrixProduct(
      values, parameters.weights, bias: parameters.bias, into: memory.hidden, m: rows, n: hidden,
      k: channels)
    activate(
      memory.hidden, addend: nil, activation: .relu, into: memory.hidden, count: rows * hidden)
    matrixProduct(
      memory.hidden, parameters.readout, bias: parameters.offset, into: memory.answers, m: rows,
      n: 1, k: hidden)
    let sign = isTeacher ? -1.0 : 1.0
    let share = 0.5 / Double(rows)
    let factor = sign * share * Double(slice.count) / Double(slice.batch)
    var total = 0.0
    for r in 0..<rows {
      // −log D is softplus(−u), −log (1 − D) is softplus(u), and softplus' slope σ.
      let u = sign * Double(memory.answers[r])
      let small = exp(-abs(u))
      total += max(u, 0) + log1p(small)
      memory.answers[r] = Float(factor * (u >= 0 ? 1 : small) / (1 + small))
    }
    return share * total
  }

  /// Adds the discriminator's gradients on one side and leaves the slopes of the hidden layer.
  private func learn(
    _ values: UnsafePointer<Float>, _ parameters: Parameters, _ gradients: Parameters,
    _ memory: Memory, rows: Int
  ) {
    transposedProduct(
      memory.hidden, memory.answers, addingTo: gradients.readout, positions: rows, m: hidden, n: 1)
    addColumnSums(memory.answers, to: gradients.offset, rows: rows, columns: 1)
    matrixProduct(
      memory.answers, parameters.readout, into: memory.slopes, m: rows, n: hidden, k: 1)
    activateBackward(
      memory.hidden, addend: nil, activation: .relu, gradient: memory.slopes, count: rows * hidden)
    transposedProduct(
      values, memory.slopes, addingTo: gradients.weights, positions: rows, m: channels, n: hidden)
    addColumnSums(memory.slopes, to: gradients.bias, rows: rows, columns: hidden)
  }

  /// The discriminator's parameters, or their gradients.
  private struct Parameters {
    let weights: UnsafeMutablePointer<Float>
    let bias: UnsafeMutablePointer<Float>
    let readout: UnsafeMutablePointer<Float>
    let offset: UnsafeMutablePointer<Float>

    init(_ loss: AdversarialLoss, _ connectors: UnsafeMutablePointer<Float>) {
      weights = connectors + loss.connector.parameterFloats
      bias = weights + loss.channels * loss.hidden
      readout = bias + loss.hidden
      offset = readout + loss.hidden
    }
  }

  struct Memory: ConnectedMemory {
    /// The hidden layer of one side, `[rows, hidden]`, and its slopes.
    let hidden: UnsafeMutablePointer<Float>
    let slopes: UnsafeMutablePointer<Float>
    /// The discriminator's output, then its slope, `[rows]`.
    let answers: UnsafeMutablePointer<Float>
    /// W's transpose.
    let columns: UnsafeMutablePointer<Float>

    init(_ loss: AdversarialLoss, images: Int, cursor: inout MemoryCursor) {
      let rows = images * loss.connector.shape.positionCount
      hidden = cursor.take(rows * loss.hidden)
      slopes = cursor.take(rows * loss.hidden)
      answers = cursor.take(rows)
      columns = cursor.take(loss.channels * loss.hidden)
    }
  }
}
