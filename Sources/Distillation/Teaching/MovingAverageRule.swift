import FileFormats
import NeuralNetworks
import RandomStreams

/// `{"kind": "moving_average"}`: the student learns from the running mean of itself.
public struct MovingAverageRule: TeachingRule {
  /// Whose weights a training ends with.
  public enum Result: String, Hashable, Sendable, CaseIterable {
    case student, average
  }

  public static let kind = "moving_average"
  public static let keys = ["decay", "result"] + PeerComparison.keys
  public static let summary =
    "T²·KL(softmax(m/T) ‖ softmax(z/T)), m the logits of the running mean of the student's weights; "
    + "Tarvainen and Valpola, arXiv:1703.01780"
  public static let usesUnlabeledImages = true

  /// What stays of the mean in each step, below 1; less at first (`AveragedPeer`).
  public var decay: Double
  public var comparison: PeerComparison
  public var result: Result

  public init(
    decay: Double = 0.999, comparison: PeerComparison = PeerComparison(), result: Result = .student
  ) {
    (self.decay, self.comparison, self.result) = (decay, comparison, result)
  }

  public init(_ members: JSONMembers) throws(JSONError) {
    self.init(comparison: try PeerComparison(members))
    if let decay = try members["decay"]?.number(in: 0...0.999999) { self.decay = decay }
    if let result = try members["result"]?.choice(Result.self) { self.result = result }
  }

  public var identity: String {
    "decay=\(decay),\(comparison.identity),result=\(result.rawValue)"
  }

  public func lesson(on site: TeachingSite) throws(LossError) -> Lesson {
    var stream = RandomStream(seed: site.seed, purpose: "moving average")
    let peer = AveragedPeer(
      site.network, batch: site.recipe.batch, slices: site.recipe.slices, decay: decay,
      seed: stream.next())
    let place = site.firstPeer
    return Lesson(
      try comparison.loss(classes: site.classes, peers: place..<place + 1), peers: [peer],
      result: result == .average ? peer : nil)
  }
}
