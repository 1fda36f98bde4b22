import FileFormats
import Foundation

extension PreparedDataset {
  /// Reads, checks and splits a data set and writes it into a folder, or reuses what is there.
  ///
  /// What is there is reused if it was made from an equal definition and the same source files. A
  /// file counts as the same if its size and its time of last change are; if they differ, its
  /// SHA-256 decides.
  ///
  /// - Parameters:
  ///   - baseFolder: What relative paths in the definition are relative to.
  ///   - folder: Made if needed. After a crash half-way it holds no `dataset.json`, so it is not
  ///     mistaken for a data set.
  /// - Throws: `DatasetError` or `FileFormatError`.
  public static func prepare(
    _ definition: DatasetDefinition, baseFolder: String, into folder: String
  ) throws -> PreparedDataset {
    let source = try DatasetSource(definition, baseFolder: baseFolder)
    if let prepared = try reuse(folder, definition: definition, source: source) { return prepared }

    let records = try source.files.map(SourceRecord.init)
    let (train, test) = try source.load()
    let assignment = try SplitAssignment(imageCount: train.count, definition: definition)
    try ClassCounts.check(
      training: assignment.training.lazy.map { train.labels[$0] }, classes: train.classes)
    var builder = Builder(imageBytes: train.pixels.count / train.count, classes: train.classes)
    builder.append(train, assignment.training)
    let standardization = builder.images.withUnsafeBytes {
      Standardization(pixels: $0, type: train.pixelType, channels: train.channels)
    }
    builder.append(train, assignment.validation)
    if let test {
      builder.append(test, Array(0..<test.count))
    } else {
      builder.append(train, assignment.test ?? [])
    }
    var description = PreparedDescription(
      definition: definition, pixelType: train.pixelType, height: train.height,
      width: train.width, channels: train.channels, classes: train.classes,
      trainingCount: assignment.training.count, validationCount: assignment.validation.count,
      testCount: test?.count ?? assignment.test?.count ?? 0, standardization: standardization,
      sources: records)
    description.contentHash = description.hashOfContent(
      images: builder.images, labels: builder.labels)
    description.addSplitHashes(images: builder.images, labels: builder.labels)
    try write(description, builder, into: folder)
    return try PreparedDataset(folder, description)
  }

  /// Opens what is in the folder if it is what `prepare` would make.
  private static func reuse(
    _ folder: String, definition: DatasetDefinition, source: DatasetSource
  ) throws -> PreparedDataset? {
    // Whatever is wrong with the files there, they are only a copy and are made again.
    guard var description = try? PreparedDescription.read(from: folder),
      description.definition == definition, description.sources.count == source.files.count,
      let prepared = try? PreparedDataset(folder, description)
    else { return nil }
    if description != prepared.description {
      // Of an earlier version. Where it cannot be written, it is completed again the next time.
      description = prepared.description
      try? description.write(into: folder)
    }
    if try zip(description.sources, source.files).allSatisfy({ try $0.matchesStamp(of: $1) }) {
      return prepared
    }
    let records = try source.files.map(SourceRecord.init)
    guard
      zip(description.sources, records).allSatisfy({ $0.name == $1.name && $0.sha256 == $1.sha256 })
    else { return nil }
    description.sources = records
    try description.write(into: folder)
    return try PreparedDataset(folder, description)
  }

  /// Writes all files, `dataset.json` last.
  private static func write(
    _ description: PreparedDescription, _ builder: Builder, into folder: String
  ) throws {
    func path(_ name: String) -> String { (folder as NSString).appendingPathComponent(name) }
    try Folder.create(folder)
    // New pixels must never stand next to an old description.
    unlink(path(PreparedDescription.fileName))
    try AtomicFile.write(builder.images, to: path(description.imagesFile))
    try AtomicFile.write(builder.labels, to: path(description.labelsFile))
    try description.write(into: folder)
  }

  /// Collects the raw files in memory.
  private struct Builder {
    private(set) var images = Data()
    private(set) var labels = Data()
    private let imageBytes: Int
    private let classes: Int

    init(imageBytes: Int, classes: Int) {
      self.imageBytes = imageBytes
      self.classes = classes
    }

    mutating func append(_ source: LabeledImages, _ indices: [Int]) {
      images.reserveCapacity(images.count + indices.count * imageBytes)
      source.pixels.withUnsafeBytes { pixels in
        for index in indices {
          images.append(
            contentsOf: UnsafeRawBufferPointer(
              rebasing: pixels[index * imageBytes..<(index + 1) * imageBytes]))
        }
      }
      for index in indices {
        let label = UInt16(source.labels[index])
        labels.append(UInt8(truncatingIfNeeded: label))
        if classes > 256 { labels.append(UInt8(truncatingIfNeeded: label >> 8)) }
      }
    }
  }
}

extension PreparedDescription {
  /// Returns the SHA-256 of the sizes, the split, the pixels and the labels; where they came from
  /// and the statistics that follow from them do not count.
  func hashOfContent(images: some ContiguousBytes, labels: some ContiguousBytes) -> String {
    var hash = ContentHash()
    hash.update(
      "data set 1\n\(pixelType.rawValue) \(height) \(width) \(channels) \(classes) "
        + "\(trainingCount) \(validationCount) \(testCount)\n")
    images.withUnsafeBytes { hash.update($0) }
    labels.withUnsafeBytes { hash.update($0) }
    return hash.hexadecimal
  }

  /// Completes the hashes of the splits that results are judged on, where they are not known.
  mutating func addSplitHashes(images: some ContiguousBytes, labels: some ContiguousBytes) {
    let ends = (trainingCount, trainingCount + validationCount)
    if validationHash == nil {
      validationHash = hash(of: ends.0..<ends.1, images: images, labels: labels)
    }
    if testHash == nil {
      testHash = hash(of: ends.1..<totalCount, images: images, labels: labels)
    }
  }

  private func hash(
    of range: Range<Int>, images: some ContiguousBytes, labels: some ContiguousBytes
  ) -> String {
    var hash = ContentHash()
    hash.update(
      "split 1\n\(pixelType.rawValue) \(height) \(width) \(channels) \(range.count) \(labelBytes)\n"
    )
    func update(_ bytes: UnsafeRawBufferPointer, each size: Int) {
      hash.update(
        UnsafeRawBufferPointer(rebasing: bytes[range.lowerBound * size..<range.upperBound * size]))
    }
    images.withUnsafeBytes { update($0, each: imageBytes) }
    labels.withUnsafeBytes { update($0, each: labelBytes) }
    return hash.hexadecimal
  }
}
