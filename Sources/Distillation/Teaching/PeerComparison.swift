import FileFormats
import NeuralNetworks
import TensorKernels

/// How a student's answers are compared with those of the other networks of its training.
public struct PeerComparison: Hashable, Sendable {
  /// How much the comparison counts next to the recipe's own loss.
  public var weight = WeightSchedule(1)
  /// The share of the training before which it does not count.
  public var begin = 0.0
  /// T of T²·KL(softmax(peer's z/T) ‖ softmax(z/T)), which is compared where `loss` is nil.
  public var temperature = 1.0
  /// Another loss between logits.
  public var loss: LossTerm?

  public init() {}

  static let keys = ["weight", "begin", "temperature", "loss"]

  /// Reads the fields of `keys`; what is left out keeps the value it has in `defaults`.
  ///
  /// - Throws: `JSONError` naming the field, its value and what was expected.
  init(_ members: JSONMembers, defaults: PeerComparison = PeerComparison()) throws(JSONError) {
    self = defaults
    if let weight = members["weight"] { self.weight = try WeightSchedule(weight) }
    if let begin = try members["begin"]?.number(in: 0...0.99) { self.begin = begin }
    if let temperature = try members["temperature"]?.number(in: 0.1...100) {
      self.temperature = temperature
    }
    guard let field = members["loss"] else { return }
    guard members["temperature"] == nil else {
      throw field.expected("no \"loss\" next to \"temperature\", which is of the usual one")
    }
    let loss = try LossTerm(field)
    guard loss.rule.reads == .logits else {
      let kinds = LossTable.rules.filter { $0.reads == .logits }.map { $0.kind }
      throw field.expected(
        kinds.isEmpty ? "no \"loss\"" : "a loss between logits: one of \(JSONError.list(kinds))")
    }
    self.loss = loss
  }

  /// All of it on one line.
  var identity: String {
    let compared = loss.map { "loss=\($0.identity)" } ?? "temperature=\(temperature)"
    return "weight=\(weight.identity),begin=\(begin),\(compared)"
  }

  /// Returns the loss between a network's logits and those of some peers.
  ///
  /// - Throws: `LossError` where they cannot be compared.
  func loss(classes: Int, peers: Range<Int>) throws(LossError) -> any TrainingLoss {
    let comparison: any TrainingLoss
    if let loss {
      comparison = WeightedLoss(
        try loss.rule.loss(on: LossSite(classes: classes)), weight: loss.weight)
    } else {
      comparison = LogitLoss(
        LossWeights(distillation: 1, temperature: .constant(Float(temperature)), labelSmoothing: 0))
    }
    return WeightedLoss(PeerLoss(comparison, peers: peers, begin: begin), weight: weight)
  }
}
