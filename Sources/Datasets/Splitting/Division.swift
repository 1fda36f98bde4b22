/// Which split every image of the training files belongs to, and what follows from it.
struct Division {
  /// The split of every image of the training files; nil for none.
  let splits: [DatasetSplit?]
  /// The class of every image of the training files, −1 where it is not known or was hidden.
  let labels: [Int]
  let facts: DatasetSummary.DivisionFacts
  private let method: SplitMethod

  /// Divides a data set.
  ///
  /// - Throws: `DatasetError.invalidField` if it cannot be divided as the definition demands.
  init(_ opened: OpenedDataset, definition: DatasetDefinition, method: SplitMethod) throws {
    let labels = opened.training.labels
    let classes = opened.classes.count
    let assignment = try SplitAssignment(
      labels: labels, classes: classes, groups: opened.groups, definition: definition,
      method: method)
    try ClassCounts.check(
      training: assignment.training.lazy.map { labels[$0] }, classes: classes, isDivided: true)
    self.method = method
    let learnt = try TrainingLabels(
      labels, training: assignment.training, classes: classes, definition: definition)
    self.labels = learnt.labels
    var splits = [DatasetSplit?](repeating: nil, count: labels.count)
    for (indices, split) in [
      (assignment.training, DatasetSplit.training), (assignment.validation ?? [], .validation),
      (assignment.test ?? [], .test),
    ] {
      for index in indices { splits[index] = split }
    }
    for index in learnt.dropped { splits[index] = nil }
    self.splits = splits
    let separate =
      (opened.validation == nil ? [] : [DatasetSplit.validation])
      + (opened.test == nil ? [] : [.test])
    var groupCounts: [DatasetSplit: Int]?
    if let groups = opened.groups {
      groupCounts = [:]
      for split in DatasetSplit.allCases where !separate.contains(split) {
        groupCounts?[split] =
          Set(splits.indices.lazy.filter { splits[$0] == split }.map { groups.numbers[$0] }).count
      }
    }
    let counts = try SetAside(
      imageCount: labels.count { $0 >= 0 }, definition: definition)
    facts = DatasetSummary.DivisionFacts(
      separateSplits: separate, groupCounts: groupCounts, leftOutCount: assignment.leftOut.count,
      wanted: method == .grouped
        ? [DatasetSplit.validation: counts.validation, .test: counts.test].filter { $0.value > 0 }
        : [:], labels: learnt.facts)
  }

  /// Returns all that is known of the data set before the images are looked at.
  func description(
    of opened: OpenedDataset, _ definition: DatasetDefinition
  ) -> PreparedDescription {
    let shape = opened.training.shape
    func count(_ split: DatasetSplit) -> Int { splits.count { $0 == split } }
    return PreparedDescription(
      definition: definition, pixelType: shape.type, height: shape.height, width: shape.width,
      channels: shape.channels, classes: opened.classes.count, trainingCount: count(.training),
      validationCount: opened.validation?.shape.count ?? count(.validation),
      testCount: opened.test?.shape.count ?? count(.test),
      unlabeledCount: splits.indices.count {
        splits[$0] == .training && labels[$0] < 0
      },
      split: method,
      classNames: opened.classes.names == definition.classNames ? nil : opened.classes.names)
  }
}
