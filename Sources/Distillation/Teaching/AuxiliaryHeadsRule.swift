import FileFormats
import NeuralNetworks
import TensorKernels

/// `{"kind": "auxiliary_heads"}`: classifiers on inner features of the student learn from the labels and from its own
/// answer, and are dropped at the end.
public struct AuxiliaryHeadsRule: TeachingRule {
  public static let kind = "auxiliary_heads"
  public static let keys = ["stages", "weight", "distillation_weight", "temperature"]
  public static let summary =
    "Σ over heads u of (1 − s)·CE(y, softmax(u)) + s·T²·KL(softmax(z/T) ‖ softmax(u/T)); "
    + "Zhang et al., arXiv:1905.08094"
  // Where nobody tells the student what such an image shows, it has nothing to tell its heads.
  public static let usesUnlabeledImages = false

  /// The places in the student with a head, such as `stage1`; empty: all of its stages but the last, and of a student
  /// of one stage all of its blocks but the last.
  public var stages: [String]
  public var weight: WeightSchedule
  /// s, the share of the student's own answer in a head's loss.
  public var distillation: Double
  /// T.
  public var temperature: Double

  public init(
    stages: [String] = [], weight: WeightSchedule = WeightSchedule(1), distillation: Double = 0.5,
    temperature: Double = 3
  ) {
    (self.stages, self.weight) = (stages, weight)
    (self.distillation, self.temperature) = (distillation, temperature)
  }

  public init(_ members: JSONMembers) throws(JSONError) {
    self.init()
    if let field = members["stages"] {
      for place in try field.elements(of: "places") {
        let name = try place.text(NetworkPlaces.expectation)
        guard NetworkPlaces.isName(name) else { throw place.expected(NetworkPlaces.expectation) }
        guard !stages.contains(name) else { throw place.expected("each place once") }
        stages.append(name)
      }
      guard !stages.isEmpty else { throw field.expected("at least one place, or no such field") }
    }
    if let weight = members["weight"] { self.weight = try WeightSchedule(weight) }
    if let share = try members["distillation_weight"]?.number(in: 0...1) { distillation = share }
    if let temperature = try members["temperature"]?.number(in: 0.1...100) {
      self.temperature = temperature
    }
  }

  public var identity: String {
    let places = stages.isEmpty ? "all" : stages.joined(separator: "+")
    return
      "stages=\(places),weight=\(weight.identity),distillation=\(distillation),temperature=\(temperature)"
  }

  public func check(_ student: Network) throws(LossError) { _ = try nodes(of: student) }

  public func lesson(on site: TeachingSite) throws(LossError) -> Lesson {
    let nodes = try nodes(of: site.network)
    let loss = AuxiliaryHeadLoss(
      nodes, of: site.network,
      loss: LossWeights(
        distillation: Float(distillation), temperature: .constant(Float(temperature)),
        labelSmoothing: site.recipe.loss.labelSmoothing))
    return Lesson(WeightedLoss(loss, weight: weight))
  }

  /// Returns the nodes of a network that get heads, ascending.
  func nodes(of network: Network) throws(LossError) -> [Int] {
    let places = NetworkPlaces(network)
    var nodes: [Int] = []
    let usual = (places.stages.count > 1 ? places.stages : places.blocks).dropLast().map(\.name)
    for name in stages.isEmpty ? usual : stages {
      guard let place = places.place(named: name) else {
        throw LossError(
          "an auxiliary head cannot be put on \"\(name)\": the student has \(places)")
      }
      nodes.append(place.node)
    }
    // Two names may be one place.
    nodes = Set(nodes).sorted()
    guard !nodes.isEmpty else {
      throw LossError(
        "a student of one block has no place for auxiliary heads unless \"stages\" names one: it has "
          + "\(places)")
    }
    return nodes
  }
}
