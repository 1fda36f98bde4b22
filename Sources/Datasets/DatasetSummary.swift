import FileFormats
import Foundation

/// What a data set holds as it was read, so that a misreading shows.
public struct DatasetSummary: Sendable {
  /// One of the three splits.
  public struct Split: Sendable {
    public let split: DatasetSplit
    /// The number of images of each class.
    public let classCounts: [Int]
    /// The smallest and the largest value of each channel, as stored.
    public let ranges: [ClosedRange<Double>]
    /// The mean value of each channel, as stored.
    public let means: [Double]

    public var count: Int { classCounts.reduce(0, +) }
  }

  /// Images that are the same, pixel by pixel.
  public struct Duplicates: Hashable, Sendable {
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

  public let height: Int
  public let width: Int
  public let channels: Int
  public let classes: Int
  public let classNames: [String]?
  public let pixelType: PixelType
  public let splits: [Split]
  public let duplicates: Duplicates

  /// Looks at every pixel of a data set.
  public init(_ dataset: PreparedDataset) {
    (height, width, channels) = (dataset.height, dataset.width, dataset.channels)
    (classes, pixelType) = (dataset.classes, dataset.pixelType)
    classNames = dataset.definition.classNames
    splits = DatasetSplit.allCases.map { DatasetSummary.summary(of: $0, dataset) }
    duplicates = DatasetSummary.duplicates(dataset)
  }

  private static func summary(of split: DatasetSplit, _ dataset: PreparedDataset) -> Split {
    let (channels, elements) = (dataset.channels, dataset.imageElements)
    var counts = [Int](repeating: 0, count: dataset.classes)
    var low = [Double](repeating: .infinity, count: channels)
    var high = [Double](repeating: -.infinity, count: channels)
    var sums = [Double](repeating: 0, count: channels)
    for index in 0..<dataset.count(split) {
      counts[dataset.label(index, of: split)] += 1
      let image = dataset.image(index, of: split)
      for place in 0..<elements {
        let value: Double
        switch dataset.pixelType {
        case .uint8: value = Double(image.load(fromByteOffset: place, as: UInt8.self))
        case .float32: value = Double(image.load(fromByteOffset: 4 * place, as: Float.self))
        }
        let channel = place % channels
        low[channel] = min(low[channel], value)
        high[channel] = max(high[channel], value)
        sums[channel] += value
      }
    }
    let pixels = Double(dataset.count(split) * elements / channels)
    return Split(
      split: split, classCounts: counts, ranges: zip(low, high).map { $0...$1 },
      means: sums.map { $0 / pixels })
  }

  private static func duplicates(_ dataset: PreparedDataset) -> Duplicates {
    var found = Duplicates()
    var first: [String: (split: DatasetSplit, label: Int)] = [:]
    let bytes = dataset.imageElements * dataset.pixelType.byteCount
    for split in DatasetSplit.allCases {
      for index in 0..<dataset.count(split) {
        var hash = ContentHash()
        hash.update(UnsafeRawBufferPointer(start: dataset.image(index, of: split), count: bytes))
        let key = hash.hexadecimal
        let label = dataset.label(index, of: split)
        guard let earlier = first[key] else {
          first[key] = (split, label)
          continue
        }
        switch (earlier.split, split) {
        case (.training, .training): found.withinTraining += 1
        case (.training, .validation): found.validationInTraining += 1
        case (.training, .test): found.testInTraining += 1
        case (.validation, .test): found.testInValidation += 1
        default: break
        }
        if earlier.label != label { found.ofOtherClass += 1 }
      }
    }
    return found
  }
}

extension DatasetSummary {
  /// What is worth a second look, in sentences; empty if nothing is.
  public var warnings: [String] {
    var warnings: [String] = []
    guard let training = splits.first else { return [] }
    for split in splits {
      let share = Double(split.classCounts.max() ?? 0) / Double(max(1, split.count))
      if share > 0.9, let label = split.classCounts.firstIndex(of: split.classCounts.max() ?? 0) {
        warnings.append(
          String(
            format: "%.0f %% of the %@ images are of class %@: accuracy says little", 100 * share,
            split.split.rawValue, name(of: label)))
      }
      let missing = split.classCounts.indices.filter { split.classCounts[$0] == 0 }
      if !missing.isEmpty {
        warnings.append(
          "no \(split.split.rawValue) image is of class "
            + missing.prefix(8).map(name).joined(separator: ", ")
            + (missing.count > 8 ? ", …" : ""))
      }
      for (channel, (range, reference)) in zip(split.ranges, training.ranges).enumerated() {
        let (width, expected) = (
          range.upperBound - range.lowerBound, reference.upperBound - reference.lowerBound
        )
        if width < 0.2 * expected || width > 5 * expected {
          warnings.append(
            "channel \(channel) of the \(split.split.rawValue) images lies within "
              + "\(range.lowerBound)…\(range.upperBound), of the training images within "
              + "\(reference.lowerBound)…\(reference.upperBound): another scale?")
        }
      }
    }
    for (count, text) in [
      (duplicates.testInTraining, "test images are also training images"),
      (duplicates.validationInTraining, "validation images are also training images"),
      (duplicates.testInValidation, "test images are also validation images"),
      (duplicates.ofOtherClass, "images are the same as an earlier one of another class"),
      (duplicates.withinTraining, "training images are there more than once"),
    ] where count > 0 {
      warnings.append("\(count) \(text)")
    }
    return warnings
  }

  /// Returns what a class is called: its name, or its number.
  public func name(of label: Int) -> String {
    guard let classNames, classNames.indices.contains(label) else { return String(label) }
    return classNames[label]
  }
}
