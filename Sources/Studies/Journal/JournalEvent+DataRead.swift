import Datasets

extension JournalEvent {
  /// What the data of a study hold as they were read.
  public struct DataRead: Hashable, Sendable, Codable {
    /// One of the three splits.
    public struct Split: Hashable, Sendable, Codable {
      public var name: DatasetSplit
      /// The number of images of each class.
      public var classCounts: [Int]
      /// The images whose class is not known; nil for none.
      public var unlabeledCount: Int?
      /// How many groups the images belong to; nil where there are no groups.
      public var groupCount: Int?

      enum CodingKeys: String, CodingKey {
        case name = "split"
        case classCounts = "classes"
        case unlabeledCount = "unlabeled"
        case groupCount = "groups"
      }
    }

    public var height: Int
    public var width: Int
    public var channels: Int
    public var pixels: PixelType
    /// How the images were dealt out; nil where all splits have files of their own.
    public var split: SplitMethod?
    /// What the classes are called where only the labels say so.
    public var classNames: [String]?
    public var splits: [Split]
    /// The images that are in no split; nil for none.
    public var leftOutCount: Int?
    /// What was done to the training labels, as the study asks for; nil for nothing.
    public var labels: Labels?
    /// What is worth a second look, in sentences.
    public var notes: [String]

    enum CodingKeys: String, CodingKey {
      case height, width, channels, pixels, split, splits, notes
      case classNames = "class_names"
      case leftOutCount = "left_out"
      case labels
    }

    /// What was done to the training labels.
    public struct Labels: Hashable, Sendable, Codable {
      /// The training images that have a label, right or wrong.
      public var kept: Int
      /// Those whose label was taken from them; nil for none.
      public var hidden: Int?
      /// Those without a label that are in no split; nil for none.
      public var dropped: Int?
      /// Those whose label was replaced by another class; nil for none.
      public var wrong: Int?
    }
  }
}

extension JournalEvent.DataRead {
  /// - Parameter notes: What else is worth a second look.
  init(_ summary: DatasetSummary, notes: [String]) {
    (height, width, channels) = (summary.height, summary.width, summary.channels)
    (pixels, split) = (summary.pixelType, summary.splitMethod)
    classNames = summary.classNames
    splits = summary.splits.map { split in
      Split(
        name: split.split, classCounts: split.classCounts,
        unlabeledCount: split.unlabeledCount > 0 ? split.unlabeledCount : nil,
        groupCount: split.groupCount)
    }
    leftOutCount = summary.leftOutCount > 0 ? summary.leftOutCount : nil
    labels = summary.labels.map { facts in
      func some(_ count: Int) -> Int? { count > 0 ? count : nil }
      return Labels(
        kept: facts.keptCount, hidden: some(facts.hiddenCount), dropped: some(facts.droppedCount),
        wrong: some(facts.noisyCount))
    }
    self.notes = summary.warnings + notes
  }
}
