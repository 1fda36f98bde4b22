import RandomStreams

/// The labels that a study learns from, where it asks for few or for wrong ones. Labels of images that are set aside
/// stay as they are.
///
/// Which labels are kept and which are replaced depends on the definition's seed, the class and the order of the
/// images. A larger number of kept labels includes those of a smaller one.
struct TrainingLabels {
  /// The class of every image of the training files, −1 where it is not known.
  private(set) var labels: [Int]
  /// Training images that are in no split, ascending.
  private(set) var dropped: [Int] = []
  /// What was done; nil for nothing.
  private(set) var facts: DatasetSummary.LabelFacts?

  /// - Parameters:
  ///   - labels: As the files have them.
  ///   - training: The images of the training split, ascending.
  /// - Throws: `DatasetError.invalidField` if there are too few labels, or too few of a class.
  init(
    _ labels: [Int], training: [Int], classes: Int, definition: DatasetDefinition
  ) throws {
    self.labels = labels
    guard definition.labels != nil || definition.labelNoise != nil else { return }
    var images = [[Int]](repeating: [], count: classes)
    for index in training where labels[index] >= 0 { images[labels[index]].append(index) }
    let labeledCount = images.reduce(0) { $0 + $1.count }
    var facts = DatasetSummary.LabelFacts()
    if let kept = definition.labels {
      try TrainingLabels.check(kept, labeledCount: labeledCount, classes: classes)
      let shares = TrainingLabels.evenShares(of: kept.count, limits: images.map(\.count))
      for label in 0..<classes {
        var stream = RandomStream(
          seed: definition.splitSeed, purpose: "kept labels", label)
        images[label].shuffleInPlace(&stream)
        for index in images[label].dropFirst(shares[label]) { self.labels[index] = -1 }
        images[label] = images[label].prefix(shares[label]).sorted()
      }
      facts.hiddenCount = labeledCount - kept.count
      if kept.others == .dropped { dropped = training.filter { self.labels[$0] < 0 } }
    }
    facts.keptCount = images.reduce(0) { $0 + $1.count }
    if let noise = definition.labelNoise {
      facts.noisyCount = replace(images, share: noise, seed: definition.splitSeed)
    }
    facts.droppedCount = dropped.count
    self.facts = facts
  }

  /// Replaces the labels of a share of the images of every class, each by another class drawn evenly, and returns
  /// how many.
  private mutating func replace(_ images: [[Int]], share: Double, seed: UInt64) -> Int {
    let sizes = images.map(\.count)
    let total = Int((share * Double(sizes.reduce(0, +))).rounded())
    let counts = StratifiedDivision.shares(of: total, by: sizes, sparing: 0)
    for label in images.indices {
      var stream = RandomStream(seed: seed, purpose: "wrong labels", label)
      var order = images[label]
      order.shuffleInPlace(&stream)
      for index in order.prefix(counts[label]) {
        let other = stream.integer(below: images.count - 1)
        labels[index] = other < label ? other : other + 1
      }
    }
    return total
  }

  private static func check(_ kept: KeptLabels, labeledCount: Int, classes: Int) throws {
    guard kept.count >= classes, kept.count < labeledCount else {
      throw DatasetError.invalidField(
        field: "data.labels", found: "\(kept.count)",
        expected: "at least \(classes), one for each class, and fewer than the \(labeledCount) "
          + "training images whose class is known")
    }
    // The largest number of two bytes stands for an unknown class.
    guard kept.others == .dropped || classes <= Int(UInt16.max) else {
      throw DatasetError.invalidField(
        field: "data.labels", found: "images of an unknown class next to \(classes) classes",
        expected: "\"others\": \"dropped\", or at most \(UInt16.max) classes")
    }
  }

  /// Divides a number as evenly as limits allow; of what is left over the first shares have one more.
  ///
  /// - Precondition: The limits add up to as much.
  static func evenShares(of total: Int, limits: [Int]) -> [Int] {
    var shares = [Int](repeating: 0, count: limits.count)
    var missing = total
    while missing > 0 {
      let open = limits.indices.filter { shares[$0] < limits[$0] }
      precondition(!open.isEmpty, "\(total) is more than \(limits) have")
      let each = max(1, missing / open.count)
      for place in open where missing > 0 {
        let more = min(each, limits[place] - shares[place], missing)
        shares[place] += more
        missing -= more
      }
    }
    return shares
  }
}
