import NeuralNetworks

/// The loss of a training: the one of labels and teacher's logits, and what the recipe adds to it.
struct RecipeLoss: Sendable {
  /// The loss, on all stages of the training.
  let loss: any TrainingLoss
  /// Those of its parts that are sums over images, of logits alone.
  let imageLoss: any TrainingLoss
  /// What is compared where, for people: one line a pair of places.
  let notes: [String]
  private let stages: TrainingStages
  /// Whether features are compared, by stage and share of it.
  private let featureWeights: [[WeightSchedule]]

  /// - Parameters:
  ///   - teacher: The network whose features are compared, if there are losses that do.
  ///   - comparesFeatures: Whether losses of features are part of it.
  /// - Throws: `LossError` naming the loss that cannot be computed between the two networks.
  init(
    _ stages: TrainingStages, student: Network, teacher: Network?, comparesFeatures: Bool = true
  ) throws(LossError) {
    self.stages = stages
    let recipes = stages.stages.map(\.recipe)
    let base = recipes.map { LogitLoss($0.loss) }
    var parts: [any TrainingLoss] = [
      recipes.count == 1 ? base[0] : StagedLoss(base, stages)
    ]
    // The loss of labels and of the teacher's logits is a sum over images.
    var imageParts = parts
    var notes: [String] = []
    // Losses that compare the same in several stages are one, with one connector.
    var known: Set<String> = []
    let terms = recipes.flatMap(\.losses).filter { comparesFeatures || !$0.comparesFeatures }
    for term in terms where known.insert(term.comparison).inserted {
      let sites = try RecipeLoss.sites(of: term, student: student, teacher: teacher)
      notes += sites.compactMap(\.note)
      for site in sites {
        let part = try RecipeLoss.naming(term) { () throws(LossError) in
          try term.rule.loss(on: site.site)
        }
        let weighted = recipes.map { recipe in
          WeightedLoss(
            part,
            weight: recipe.losses.first { $0.comparison == term.comparison }?.weight
              ?? WeightSchedule(0))
        }
        let whole: any TrainingLoss =
          recipes.count == 1 ? weighted[0] : StagedLoss(weighted, stages)
        parts.append(whole)
        if part is any ImageWiseLoss { imageParts.append(whole) }
      }
    }
    featureWeights = recipes.map { $0.losses.filter(\.comparesFeatures).map(\.weight) }
    loss = parts.count == 1 ? parts[0] : SummedLoss(parts)
    imageLoss = imageParts.count == 1 ? imageParts[0] : SummedLoss(imageParts)
    self.notes = notes
  }

  /// Returns whether the teacher's features count in a step.
  func comparesFeatures(inStep step: Int) -> Bool {
    let position = stages.position(at: Double(step) / Double(stages.steps))
    return featureWeights[position.stage].contains { $0.weight(at: position.progress) > 0 }
  }

  /// A place where a loss is computed, and what people should know of it.
  private typealias Site = (site: LossSite, note: String?)

  private static func sites(
    of term: LossTerm, student: Network, teacher: Network?
  ) throws(LossError) -> [Site] {
    let classes = student.outputShape.channels
    guard term.comparesFeatures else { return [(LossSite(classes: classes), nil)] }
    return try naming(term) { () throws(LossError) in
      guard let teacher else {
        throw LossError("there is no teacher whose inner outputs can be read")
      }
      return try FeatureMatching(student: student, teacher: teacher).matches(of: term).map {
        (LossSite(classes: classes, features: $0.pair), "\(term.kind) compares \($0)")
      }
    }
  }

  private static func naming<Result>(
    _ term: LossTerm, _ body: () throws(LossError) -> Result
  ) throws(LossError) -> Result {
    do {
      return try body()
    } catch {
      throw LossError("the loss \"\(term.kind)\": \(error)")
    }
  }
}

extension Recipe {
  /// Returns which places of a student the recipe's losses compare with which of the teacher's, one line a pair.
  ///
  /// - Throws: `LossError` naming the loss that cannot be computed between the two networks, or the part that is to
  ///   stand still or to get an auxiliary head and is not there.
  public func comparisons(
    student: Network, teacher: Network?
  ) throws(LossError) -> [String] {
    let stages = TrainingStages(self, steps: 1)
    for stage in stages.stages { _ = try FrozenParts(stage.frozen, of: student) }
    for term in teaching { try term.rule.check(student) }
    return try RecipeLoss(stages, student: student, teacher: teacher).notes
  }
}
