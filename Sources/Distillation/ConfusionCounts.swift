/// How often each class was taken for each: the confusion matrix without its zeros.
///
/// In JSON a list of `[label, predicted, count]`.
public struct ConfusionCounts: Hashable, Sendable {
  /// Images of one class that were taken for one class.
  public struct Entry: Hashable, Sendable {
    public let label: Int
    public let predicted: Int
    /// At least 1.
    public let count: Int
  }

  /// By label, then by the class that was predicted; not empty.
  public let entries: [Entry]
  /// Images of each class that occurs, as label or prediction, ascending.
  private let sums: [ClassSums]

  /// Counts pairs of a label and the class that was predicted.
  ///
  /// - Precondition: As many predictions as labels, at least one.
  public init(labels: [Int], predicted: [Int]) {
    precondition(
      labels.count == predicted.count && !labels.isEmpty,
      "\(labels.count) labels and \(predicted.count) predictions")
    let width = (predicted.max() ?? 0) + 1
    var counts: [Int: Int] = [:]
    for (label, predicted) in zip(labels, predicted) {
      counts[label * width + predicted, default: 0] += 1
    }
    self.init(
      counts.sorted { $0.key < $1.key }.map {
        Entry(label: $0.key / width, predicted: $0.key % width, count: $0.value)
      })
  }

  private init(_ entries: [Entry]) {
    self.entries = entries
    var sums: [Int: ClassSums] = [:]
    for entry in entries {
      sums[entry.label, default: ClassSums(entry.label)].labelled += entry.count
      sums[entry.predicted, default: ClassSums(entry.predicted)].predicted += entry.count
      if entry.label == entry.predicted { sums[entry.label]?.right += entry.count }
    }
    self.sums = sums.values.sorted { $0.name < $1.name }
  }

  /// What is known of one class.
  private struct ClassSums: Hashable, Sendable {
    let name: Int
    var labelled = 0
    var predicted = 0
    var right = 0

    init(_ name: Int) { self.name = name }
  }
}

extension ConfusionCounts {
  /// How well one class is told from the others.
  public struct ClassQuality: Hashable, Sendable {
    /// The class's number.
    public let label: Int
    /// Images of it.
    public let count: Int
    /// The share of its images that are recognised; nil if there are none.
    public let recall: Double?
    /// The share of the images taken for it that are of it; nil if there are none.
    public let precision: Double?
  }

  /// All images.
  public var count: Int { entries.reduce(0) { $0 + $1.count } }
  /// Images that were classified rightly.
  public var correct: Int { sums.reduce(0) { $0 + $1.right } }

  /// The classes that occur, as label or prediction, ascending.
  public var classes: [ClassQuality] {
    sums.map { sums in
      func share(of whole: Int) -> Double? {
        whole == 0 ? nil : Double(sums.right) / Double(whole)
      }
      return ClassQuality(
        label: sums.name, count: sums.labelled, recall: share(of: sums.labelled),
        precision: share(of: sums.predicted))
    }
  }

  /// The pairs of different classes, the most frequent first.
  public var confusions: [Entry] {
    entries.filter { $0.label != $0.predicted }.sorted {
      (-$0.count, $0.label, $0.predicted) < (-$1.count, $1.label, $1.predicted)
    }
  }
}

// Sums over classes are whole numbers, so that 0 / 0 is found exactly. With t images of a class, p taken
// for it and n in all:

extension ConfusionCounts {
  /// The mean over the classes that occur of F1 = 2·right / (t + p).
  public var macroF1: Double {
    sums.reduce(0) { $0 + 2 * Double($1.right) / Double($1.labelled + $1.predicted) }
      / Double(sums.count)
  }

  /// Cohen's κ: the agreement with the labels beyond that of chance, as a share of what chance leaves; nil
  /// where labels and predictions are all of one class.
  ///
  /// Source: Cohen, Educational and Psychological Measurement 20(1), 1960.
  public var kappa: Double? {
    let byChance = sums.reduce(0) { $0 + $1.labelled * $1.predicted }
    guard byChance < count * count else { return nil }
    return Double(correct * count - byChance) / Double(count * count - byChance)
  }

  /// Cohen's κ with errors weighted by the square of their distance, for classes that have an order; nil
  /// where labels and predictions are all of one class.
  ///
  /// Source: Cohen, Psychological Bulletin 70(4), 1968.
  public var weightedKappa: Double? {
    let found = entries.reduce(0) {
      $0 + $1.count * ($1.label - $1.predicted) * ($1.label - $1.predicted)
    }
    // Σ t(i)·p(j)·(i − j)² over all pairs, multiplied out.
    let squares = sums.reduce(0) { $0 + ($1.labelled + $1.predicted) * $1.name * $1.name }
    let (labelled, predicted) = sums.reduce((0, 0)) {
      ($0.0 + $1.labelled * $1.name, $0.1 + $1.predicted * $1.name)
    }
    let byChance = count * squares - 2 * labelled * predicted
    return byChance == 0 ? nil : 1 - Double(count * found) / Double(byChance)
  }

  /// Matthews' correlation of labels and predictions, −1…1; 0 where either are all of one class.
  ///
  /// Source: Gorodkin, Computational Biology and Chemistry 28(5–6), 2004.
  public var matthews: Double {
    let total = count * count
    let both = sums.reduce(0) { $0 + $1.labelled * $1.predicted }
    let labelled = total - sums.reduce(0) { $0 + $1.labelled * $1.labelled }
    let predicted = total - sums.reduce(0) { $0 + $1.predicted * $1.predicted }
    guard labelled > 0, predicted > 0 else { return 0 }
    return Double(correct * count - both)
      / (Double(labelled).squareRoot() * Double(predicted).squareRoot())
  }
}

extension ConfusionCounts: Codable {
  private static let largestProduct = 1 << 30

  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let rows = try container.decode([[Int]].self)
    guard !rows.isEmpty, rows.allSatisfy({ $0.count == 3 && $0[0] >= 0 && $0[1] >= 0 && $0[2] > 0 })
    else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "expected a list of [label, predicted, count]")
    }
    // What is computed of them are products of whole numbers: images and classes squared.
    let largest = rows.flatMap { $0[..<2] }.max() ?? 0
    let classes = min(largest, Self.largestProduct) + 1
    let isSmall =
      classes <= Self.largestProduct
      && rows.reduce(0) { min($0 + min($1[2], Self.largestProduct), Self.largestProduct) }
        <= Self.largestProduct / classes
    guard isSmall else {
      throw DecodingError.dataCorruptedError(
        in: container,
        debugDescription: "expected at most \(Self.largestProduct) images times classes")
    }
    self.init(rows.map { Entry(label: $0[0], predicted: $0[1], count: $0[2]) })
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(entries.map { [$0.label, $0.predicted, $0.count] })
  }
}
