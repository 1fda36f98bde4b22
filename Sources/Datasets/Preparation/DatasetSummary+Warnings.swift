import Foundation

extension DatasetSummary {
  /// What is worth a second look, in sentences; empty if nothing is.
  public var warnings: [String] {
    labelWarnings + splits.flatMap { classWarnings($0) } + wantedWarnings + valueWarnings
      + duplicateWarnings
  }

  /// What was done to labels, which must not be taken for the data's own state.
  private var labelWarnings: [String] {
    guard let labels else { return [] }
    var warnings: [String] = []
    if labels.noisyCount > 0 {
      warnings.append(
        "\(labels.noisyCount) of the \(labels.keptCount) training labels are wrong on purpose, as "
          + "\"label_noise\" asks for: the teacher's training and the students' learn from them")
    }
    if labels.hiddenCount > 0 {
      warnings.append(
        "\(labels.keptCount) training images keep their label, as \"labels\" asks for; the labels of "
          + "\(labels.hiddenCount) are hidden, "
          + (labels.droppedCount > 0
            ? "and \(labels.droppedCount) images without a label are in no split"
            : "which leaves them to be learnt from the teacher alone"))
    }
    return warnings
  }

  /// Checks that the splits can be of one kind of images.
  ///
  /// - Throws: `DatasetError.invalidField` for images on a scale that nothing was learnt of, and for test or
  ///   validation images that all are training images.
  func checkPlausible(_ definition: DatasetDefinition) throws {
    guard case .files = definition.source, let training = split(.training) else { return }
    // Of a few images anything may be so by chance.
    for split in splits where facts.separateSplits.contains(split.split) && split.count >= 20 {
      let differences = (0..<channels).compactMap {
        ScaleDifference(split, training, channel: $0)
      }.filter(\.isHopeless)
      if differences.count == channels {
        throw DatasetError.invalidField(
          field: "data.\(split.split.rawValue)_images", found: differences[0].description,
          expected: "pixels of one scale in all files")
      }
      let copies =
        split.split == .validation
        ? duplicates.validationInTraining
        : duplicates.testInTraining
          + (facts.separateSplits.contains(.validation) ? 0 : duplicates.testInValidation)
      if copies == split.count {
        throw DatasetError.invalidField(
          field: "data.\(split.split.rawValue)_images",
          found: "\(split.count) images that are all in the training files",
          expected: "images that nothing was learnt from")
      }
    }
  }

  private func classWarnings(_ split: Split) -> [String] {
    var warnings: [String] = []
    let (most, labeled) = (split.classCounts.max() ?? 0, split.count - split.unlabeledCount)
    let share = Double(most) / Double(max(1, labeled))
    if share > 0.9, let label = split.classCounts.firstIndex(of: most) {
      warnings.append(
        String(
          format: "%.0f %% of the %@ images are of class %@: accuracy says little", 100 * share,
          split.split.rawValue, name(of: label)))
    }
    let missing = split.classCounts.indices.filter { split.classCounts[$0] == 0 }
    if !missing.isEmpty {
      warnings.append(
        "no \(split.split.rawValue) image is of class "
          + missing.prefix(8).map(name).joined(separator: ", ") + (missing.count > 8 ? ", …" : ""))
    }
    return warnings
  }

  /// Where groups have led to other numbers than were asked for.
  private var wantedWarnings: [String] {
    splits.compactMap { split in
      guard let wanted = facts.wanted[split.split],
        abs(split.count - wanted) > max(1, wanted / 10)
      else { return nil }
      return
        "\(images(split.count, split.split)), where \(wanted) were asked for: groups are not divided"
    }
  }

  private var valueWarnings: [String] {
    guard let training = split(.training) else { return [] }
    var warnings: [String] = []
    if pixelType == .uint8, training.ranges.allSatisfy({ $0.upperBound <= 1 }) {
      warnings.append(
        "all training pixels are 0 or 1 of 255: numbers of 0…1 that were rounded to whole ones have lost "
          + "what they showed")
    }
    let constant = training.ranges.indices.filter {
      training.ranges[$0].lowerBound == training.ranges[$0].upperBound
    }
    if constant.count == channels {
      warnings.append("all pixels of the training images are the same: there is nothing to see")
    } else if let channel = constant.first {
      warnings.append("channel \(channel) of the training images has one value alone")
    }
    for split in splits where facts.separateSplits.contains(split.split) {
      for channel in 0..<channels {
        guard let difference = ScaleDifference(split, training, channel: channel) else { continue }
        warnings.append(difference.description)
      }
    }
    return warnings
  }

  private var duplicateWarnings: [String] {
    func are(_ count: Int, _ kind: String, _ one: String, _ several: String) -> String? {
      guard count > 0 else { return nil }
      return count == 1 ? "1 \(kind)image is \(one)" : "\(count) \(kind)images are \(several)"
    }
    return [
      are(
        duplicates.testInTraining, "test ", "also a training image", "also training images"),
      are(
        duplicates.validationInTraining, "validation ", "also a training image",
        "also training images"),
      are(
        duplicates.testInValidation, "test ", "also a validation image", "also validation images"),
      are(
        duplicates.ofOtherClass, "", "the same as an earlier one of another class",
        "the same as an earlier one of another class"),
      are(
        duplicates.withinTraining, "training ", "there more than once", "there more than once"),
    ].compactMap(\.self)
  }

  private func images(_ count: Int, _ split: DatasetSplit) -> String {
    count == 1
      ? "1 image is in the \(split.rawValue) split"
      : "\(count) images are in the \(split.rawValue) split"
  }
}

/// That a split's values are on another scale than those of the training images.
struct ScaleDifference: CustomStringConvertible {
  let description: String
  /// Whether they cannot be meant so: a network that has learnt one scale is lost on the other.
  let isHopeless: Bool

  /// Compares a channel; nil if there is nothing to say.
  init?(_ split: DatasetSummary.Split, _ training: DatasetSummary.Split, channel: Int) {
    let (range, expected) = (split.ranges[channel], training.ranges[channel])
    let (width, wide) = (
      range.upperBound - range.lowerBound, expected.upperBound - expected.lowerBound
    )
    let (deviation, usual) = (split.deviations[channel], training.deviations[channel])
    let shift = abs(split.means[channel] - training.means[channel])
    let isOff =
      width < 0.2 * wide || width > 5 * wide || deviation < usual / 3 || deviation > 3 * usual
      || shift > 3 * usual
    guard isOff, wide > 0 else { return nil }
    isHopeless = (width > 0 && width * 50 < wide) || width > 50 * wide
    description =
      "channel \(channel) of the \(split.split.rawValue) images lies within "
      + "\(Self.text(range)), of the training images within \(Self.text(expected)): another scale?"
  }

  private static func text(_ range: ClosedRange<Double>) -> String {
    String(format: "%g…%g", range.lowerBound, range.upperBound)
  }
}
