import FileFormats

/// What the images of each split are like, found out while they pass by.
struct ImageAnalysis {
  private var statistics: [DatasetSplit: PixelStatistics] = [:]
  private var fingerprints: [DatasetSplit: [PixelFingerprint]] = [:]
  private let imageBytes: Int

  init(_ shape: ImageShape) {
    imageBytes = shape.imageBytes
    for split in DatasetSplit.allCases {
      statistics[split] = PixelStatistics(type: shape.type, channels: shape.channels)
      fingerprints[split] = []
    }
  }

  /// Takes in the next images of a split.
  mutating func add(_ pixels: UnsafeRawBufferPointer, of split: DatasetSplit) {
    statistics[split]?.add(pixels)
    for start in stride(from: 0, to: pixels.count, by: imageBytes) {
      fingerprints[split]?.append(
        PixelFingerprint(UnsafeRawBufferPointer(rebasing: pixels[start..<start + imageBytes])))
    }
  }

  /// Returns what is known of a split's values.
  func values(of split: DatasetSplit) -> PixelStatistics {
    guard let found = statistics[split] else { preconditionFailure("every split has statistics") }
    return found
  }

  /// Counts the images that are the same as an earlier one, the splits in the order of their cases.
  ///
  /// - Parameter label: Returns the class of an image of a split, −1 where it is not known.
  func duplicates(label: (Int, DatasetSplit) -> Int) -> DatasetSummary.Duplicates {
    var found = DatasetSummary.Duplicates()
    var first: [PixelFingerprint: (split: DatasetSplit, label: Int)] = [:]
    for split in DatasetSplit.allCases {
      for (index, fingerprint) in (fingerprints[split] ?? []).enumerated() {
        let label = label(index, split)
        guard let earlier = first[fingerprint] else {
          first[fingerprint] = (split, label)
          continue
        }
        switch (earlier.split, split) {
        case (.training, .training): found.withinTraining += 1
        case (.training, .validation): found.validationInTraining += 1
        case (.training, .test): found.testInTraining += 1
        case (.validation, .test): found.testInValidation += 1
        default: break
        }
        if earlier.label != label, earlier.label >= 0, label >= 0 { found.ofOtherClass += 1 }
      }
    }
    return found
  }
}
