import RandomStreams

/// Which of the training files' images go to which split, each list ascending.
struct SplitAssignment: Equatable {
  var training: [Int]
  /// Nil where the source has validation files of its own.
  var validation: [Int]?
  /// Nil where the source has test files of its own.
  var test: [Int]?
  /// Images that are in no split: of an unknown class, in a group that is not in the training split.
  var leftOut: [Int] = []

  /// Deals the images out: test (if there are no test files), validation (if there are no validation files), and
  /// the rest to training, where images of an unknown class always are.
  ///
  /// - Parameters:
  ///   - labels: The class of every image, −1 where it is not known.
  ///   - groups: Which of them belong together, where `method` is `.grouped`.
  ///   - method: How they are dealt out; the definition's, unless the study knows better.
  /// - Throws: `DatasetError.invalidField` if the counts leave nothing to train on, or there are too few groups.
  init(
    labels: [Int], classes: Int, groups: ImageGroups? = nil, definition: DatasetDefinition,
    method: SplitMethod? = nil
  ) throws {
    let labeled = labels.indices.filter { labels[$0] >= 0 }
    let counts = try SetAside(imageCount: labeled.count, definition: definition)
    switch method ?? definition.splitMethod {
    case .random:
      var order = labeled
      var stream = RandomStream(seed: definition.splitSeed, purpose: "split")
      order.shuffleInPlace(&stream)
      self.init(
        test: order[..<counts.test], validation: order[counts.test..<counts.total],
        of: labels.count)
    case .stratified:
      let parts = try StratifiedDivision(
        labels: labels, classes: classes, counts: counts, seed: definition.splitSeed)
      self.init(test: parts.test[...], validation: parts.validation[...], of: labels.count)
    case .grouped:
      guard let groups else { preconditionFailure("a division by groups needs groups") }
      let division = try GroupedDivision(
        labels: labels, classes: classes, groups: groups, counts: counts,
        seed: definition.splitSeed)
      let split = groups.numbers.map { division.splits[$0] }
      func images(of wanted: DatasetSplit) -> [Int] {
        labeled.filter { split[$0] == wanted }
      }
      self.init(
        test: images(of: .test)[...], validation: images(of: .validation)[...], of: labels.count)
      leftOut = labels.indices.filter { labels[$0] < 0 && split[$0] != .training }
      training = training.filter { split[$0] == .training }
    }
    if definition.source.hasValidationFiles { validation = nil }
    if definition.testCount == nil { test = nil }
  }

  private init(test: ArraySlice<Int>, validation: ArraySlice<Int>, of count: Int) {
    var isTraining = [Bool](repeating: true, count: count)
    for index in test { isTraining[index] = false }
    for index in validation { isTraining[index] = false }
    training = isTraining.indices.filter { isTraining[$0] }
    self.validation = validation.sorted()
    self.test = test.sorted()
  }
}
