import FileFormats
import NeuralNetworks
import RandomStreams

/// `{"kind": "mutual"}`: several students are trained at once, and each learns from the others' answers.
///
/// Each takes its step by the others' answers of the same step. The others learn as the student does, with losses on
/// logits alone: what a recipe compares of inner features, it compares of the student.
public struct MutualRule: TeachingRule {
  /// Who is trained with the student.
  public enum Partners: Hashable, Sendable {
    /// Copies of it that begin with other weights.
    case copies(Int)
    /// Other students of the search space.
    case keys([String])
  }

  public static let kind = "mutual"
  public static let keys = ["students", "keys"] + PeerComparison.keys
  public static let summary =
    "mean over the other students of T²·KL(softmax(other z/T) ‖ softmax(z/T)); Zhang et al., arXiv:1706.00384"
  public static let usesUnlabeledImages = true

  public var others: Partners
  public var comparison: PeerComparison

  public init(_ others: Partners = .copies(1), comparison: PeerComparison = PeerComparison()) {
    (self.others, self.comparison) = (others, comparison)
  }

  public init(_ members: JSONMembers) throws(JSONError) {
    self.init(comparison: try PeerComparison(members))
    if let students = members["students"] {
      others = .copies(try students.integer(in: 2...16) - 1)
    }
    guard let field = members["keys"] else { return }
    guard members["students"] == nil else {
      throw field.expected("no \"keys\" next to \"students\", which are copies of the student")
    }
    let keys = try field.distinctTexts("keys", "a student's key")
    guard 1...15 ~= keys.count else {
      throw field.expected("one to 15 keys of students that learn next to each student")
    }
    others = .keys(keys)
  }

  public var identity: String {
    let others =
      switch others {
      case .copies(let count): "copies=\(count)"
      case .keys(let keys): "keys=\(keys.joined(separator: "+"))"
      }
    return "\(others),\(comparison.identity)"
  }

  public var partners: [String] {
    if case .keys(let keys) = others { keys } else { [] }
  }

  public func lesson(on site: TeachingSite) throws(LossError) -> Lesson {
    var networks: [Network] = []
    switch others {
    case .copies(let count): networks = Array(repeating: site.network, count: count)
    case .keys(let keys):
      for key in keys {
        guard let network = site.partners[key] else {
          throw LossError("the student \(key) of \"mutual\" is not known where this one is trained")
        }
        networks.append(network)
      }
    }
    let places = site.firstPeer..<site.firstPeer + networks.count
    let loss = try comparison.loss(classes: site.classes, peers: places)
    var peers: [any TrainingPeer] = []
    for (index, network) in networks.enumerated() {
      // Each draws its own; the student itself draws what it would draw alone.
      var stream = RandomStream(seed: site.seed, purpose: "mutual", index)
      peers.append(try site.peer(network, adding: loss, seed: stream.next()))
    }
    return Lesson(loss, peers: peers)
  }
}
