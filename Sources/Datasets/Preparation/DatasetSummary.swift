import FileFormats
import Foundation

/// What a data set holds as it was read, so that a misreading shows.
public struct DatasetSummary: Hashable, Sendable, Codable {
  /// One of the three splits.
  public struct Split: Hashable, Sendable, Codable {
    public let split: DatasetSplit
    /// The number of images of each class.
    public let classCounts: [Int]
    /// The images whose class is not known.
    public let unlabeledCount: Int
    /// How many groups the images belong to; nil where there are no groups.
    public let groupCount: Int?
    /// The smallest and the largest value of each channel, as stored.
    public let ranges: [ClosedRange<Double>]
    /// The mean value of each channel, as stored.
    public let means: [Double]
    /// The standard deviation of each channel, as stored.
    public let deviations: [Double]

    public var count: Int { classCounts.reduce(unlabeledCount, +) }
  }

  /// Images that are the same, pixel by pixel.
  public struct Duplicates: Hashable, Sendable, Codable {
    /// Images of the training split that are the same as an earlier one of it.
    public var withinTraining = 0
    /// Images of the validation and of the test split that are also in the training split.
    public var validationInTraining = 0
    public var testInTraining = 0
    /// Images of the test split that are also in the validation split.
    public var testInValidation = 0
    /// Images that are the same as an earlier one of another class.
    public var ofOtherClass = 0
  }

  /// What it is of: `PreparedDataset.contentHash`.
  let contentHash: String
  public let height: Int
  public let width: Int
  public let channels: Int
  public let classes: Int
  public let classNames: [String]?
  public let pixelType: PixelType
  /// How the images were dealt out; nil where all splits have files of their own.
  public let splitMethod: SplitMethod?
  /// What only the division knew.
  let facts: DivisionFacts
  public let splits: [Split]
  public let duplicates: Duplicates

  /// What a prepared folder does not say by itself.
  struct DivisionFacts: Hashable, Sendable, Codable {
    /// The splits that have files of their own.
    var separateSplits: [DatasetSplit] = []
    /// The groups in each split that was divided; nil where there are no groups.
    var groupCounts: [DatasetSplit: Int]?
    /// The images that are in no split, as their class is not known and their group not trained on.
    var leftOutCount = 0
    /// How many images were asked for, where groups may have led to other numbers.
    var wanted: [DatasetSplit: Int] = [:]
    /// What was done to the training labels; nil for nothing.
    var labels: LabelFacts?
  }

  /// What was done to the training labels, as the definition asks for.
  public struct LabelFacts: Hashable, Sendable, Codable {
    /// The training images that have a label, right or wrong.
    public var keptCount = 0
    /// Those whose label was taken from them.
    public var hiddenCount = 0
    /// Those without a label that are in no split.
    public var droppedCount = 0
    /// Those whose label was replaced by another class.
    public var noisyCount = 0

    public init() {}
  }

  /// What was done to the training labels; nil for nothing.
  public var labels: LabelFacts? { facts.labels }

  /// The images that are in no split, as their class is not known and their group not trained on.
  public var leftOutCount: Int { facts.leftOutCount }

  /// Returns what a split holds.
  public func split(_ split: DatasetSplit) -> Split? { splits.first { $0.split == split } }

  /// Returns what a class is called: its name, or its number.
  public func name(of label: Int) -> String {
    guard let classNames, classNames.indices.contains(label) else { return String(label) }
    return classNames[label]
  }
}

extension DatasetSummary {
  /// Puts together what was found out.
  ///
  /// - Parameters:
  ///   - variances: Of each split's channels, as stored.
  ///   - label: Returns the class of an image of a split, −1 where it is not known.
  init(
    _ description: PreparedDescription, _ analysis: ImageAnalysis, _ facts: DivisionFacts,
    variances: (DatasetSplit) -> [Double], label: (Int, DatasetSplit) -> Int
  ) {
    contentHash = description.contentHash
    (height, width, channels) = (description.height, description.width, description.channels)
    (classes, pixelType) = (description.classes, description.pixelType)
    classNames = description.classNames ?? description.definition.classNames
    self.facts = facts
    splitMethod = facts.separateSplits.count == 2 ? nil : description.split
    splits = DatasetSplit.allCases.map { split in
      let labels = (0..<description.count(split)).map { label($0, split) }
      let values = analysis.values(of: split)
      return Split(
        split: split, classCounts: ClassCounts.counts(labels, classes: description.classes),
        unlabeledCount: labels.count { $0 < 0 }, groupCount: facts.groupCounts?[split],
        ranges: values.ranges, means: values.means,
        deviations: variances(split).map { $0.squareRoot() })
    }
    duplicates = analysis.duplicates(label: label)
  }

  private static let fileName = "summary.json"

  /// Reads the summary in a prepared folder; nil if there is none of these data.
  static func read(from folder: String, contentHash: String) -> DatasetSummary? {
    let path = (folder as NSString).appendingPathComponent(fileName)
    guard let data = try? Data(contentsOf: URL(fileURLWithPath: path)),
      let found = try? JSONDecoder().decode(DatasetSummary.self, from: data),
      found.contentHash == contentHash
    else { return nil }
    return found
  }

  /// Writes the summary into a prepared folder, atomically.
  func write(into folder: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    let path = (folder as NSString).appendingPathComponent(Self.fileName)
    try AtomicFile.write(try encoder.encode(self) + Data("\n".utf8), to: path)
  }
}

extension PreparedDataset {
  /// What the splits hold.
  ///
  /// It is found out when the data set is prepared; of a folder that does not have it, every pixel is looked at, and
  /// it is kept for the next time if the folder can be written.
  public var summary: DatasetSummary {
    if let known = DatasetSummary.read(from: folder, contentHash: description.contentHash) {
      return known
    }
    let found = DatasetSummary(scanning: self)
    try? found.write(into: folder)
    return found
  }
}

extension DatasetSummary {
  /// Looks at every pixel of a data set.
  fileprivate init(scanning dataset: PreparedDataset) {
    let description = dataset.description
    let shape = ImageShape(
      count: description.totalCount, height: description.height, width: description.width,
      channels: description.channels, type: description.pixelType)
    func pixels(of split: DatasetSplit) -> UnsafeRawBufferPointer {
      let count = dataset.count(split)
      return UnsafeRawBufferPointer(
        start: count == 0 ? nil : dataset.image(0, of: split), count: count * shape.imageBytes)
    }
    var analysis = ImageAnalysis(shape)
    for split in DatasetSplit.allCases { analysis.add(pixels(of: split), of: split) }
    let source = description.definition.source
    let facts = DivisionFacts(
      separateSplits: (source.hasValidationFiles ? [.validation] : [])
        + (source.hasTestFiles ? [.test] : []))
    self.init(
      description, analysis, facts,
      variances: { split in analysis.values(of: split).variances { $0(pixels(of: split)) } },
      label: { dataset.label($0, of: $1) })
  }
}
