import FileFormats
import Foundation

/// Writes the raw files of a prepared data set while the user's files are read once, piece by piece: memory does not
/// depend on their size.
final class PreparedWriter: @unchecked Sendable {  // Read after the queue.
  private(set) var description: PreparedDescription
  private let file: AtomicFileBuilder
  private let queue = PieceQueue()
  private var analysis: ImageAnalysis
  private var content: ContentHash
  /// How many images of each split have been written.
  private var written: [DatasetSplit: Int] = [:]
  /// Of all splits, one after the other.
  private var labels: [Int]
  private var order: [UInt32]

  /// Bytes that are read at a time.
  private static let pieceBytes = 4 << 20

  /// Begins the file of the images.
  ///
  /// - Parameter description: All that is known before the images are looked at.
  init(_ description: PreparedDescription, shape: ImageShape, into folder: String) throws {
    self.description = description
    file = try AtomicFileBuilder(
      (folder as NSString).appendingPathComponent(description.imagesFile),
      byteCount: description.totalCount * description.imageBytes)
    analysis = ImageAnalysis(shape)
    content = ContentHash()
    content.update(description.contentHeader)
    labels = [Int](repeating: -1, count: description.totalCount)
    order = [UInt32](repeating: 0, count: description.totalCount)
  }

  /// Copies images to the splits that they belong to. The training images come first of all splits.
  ///
  /// - Parameter splits: The split of every image; nil for none.
  /// - Throws: What reading and writing throws.
  func copy(_ images: LabeledImages, to splits: [DatasetSplit?]) throws {
    defer { queue.finish() }
    let imageBytes = description.imageBytes
    let step = max(1, Self.pieceBytes / imageBytes)
    for start in stride(from: 0, to: splits.count, by: step) {
      let range = start..<min(splits.count, start + step)
      let piece = try images.pixels.pixels(range)
      for run in Self.runs(of: splits, in: range) {
        guard let split = splits[run.lowerBound] else { continue }
        let first = description.range(split).lowerBound + written[split, default: 0]
        for (place, index) in run.enumerated() {
          labels[first + place] = images.labels[index]
          order[first + place] = UInt32(index)
        }
        written[split, default: 0] += run.count
        let bytes = (run.lowerBound - start) * imageBytes..<(run.upperBound - start) * imageBytes
        try piece.withUnsafeBytes {
          try file.write(UnsafeRawBufferPointer(rebasing: $0[bytes]), at: first * imageBytes)
        }
        queue.add { [self] in
          piece.withUnsafeBytes {
            let pixels = UnsafeRawBufferPointer(rebasing: $0[bytes])
            analysis.add(pixels, of: split)
            if split == .training { content.update(pixels) }
          }
        }
      }
    }
  }

  /// Returns the longest ranges of images of one split.
  private static func runs(of splits: [DatasetSplit?], in range: Range<Int>) -> [Range<Int>] {
    var runs: [Range<Int>] = []
    var start = range.lowerBound
    for index in range where index + 1 == range.upperBound || splits[index + 1] != splits[start] {
      runs.append(start..<index + 1)
      start = index + 1
    }
    return runs
  }

  /// Takes the statistics and hashes of what was written.
  ///
  /// - Parameter facts: What only the division knows.
  /// - Returns: What the splits hold.
  func examine(_ facts: DatasetSummary.DivisionFacts) throws -> DatasetSummary {
    let variances = try Dictionary(
      uniqueKeysWithValues: DatasetSplit.allCases.map { split in
        (
          split,
          try analysis.values(of: split).variances { try forEachPiece(of: split, $0) }
        )
      })
    description.standardization = Standardization(
      means: analysis.values(of: .training).means, variances: variances[.training] ?? [],
      type: description.pixelType)
    let stored = storedLabels
    for split in [DatasetSplit.validation, .test] {
      var own = ContentHash()
      own.update(description.splitHeader(split))
      try forEachPiece(of: split) {
        content.update($0)
        own.update($0)
      }
      own.update(description.labels(of: split, in: stored))
      if split == .validation { description.validationHash = own.hexadecimal }
      if split == .test { description.testHash = own.hexadecimal }
    }
    content.update(stored)
    description.contentHash = content.hexadecimal
    return DatasetSummary(
      description, analysis, facts, variances: { variances[$0] ?? [] }, label: label)
  }

  private func label(_ index: Int, _ split: DatasetSplit) -> Int {
    labels[description.range(split).lowerBound + index]
  }

  private func forEachPiece(
    of split: DatasetSplit, _ body: (UnsafeRawBufferPointer) -> Void
  ) throws {
    let (range, bytes) = (description.range(split), description.imageBytes)
    try file.forEachPiece(
      range.lowerBound * bytes..<range.upperBound * bytes,
      pieceBytes: max(1, Self.pieceBytes / bytes) * bytes, body)
  }

  /// The labels as they are stored.
  private var storedLabels: Data {
    var data = Data(capacity: labels.count * description.labelBytes)
    for label in labels {
      // An unknown class is −1, whose bits are all set.
      let bits = UInt16(truncatingIfNeeded: label)
      data.append(UInt8(truncatingIfNeeded: bits))
      if description.labelBytes == 2 { data.append(UInt8(truncatingIfNeeded: bits >> 8)) }
    }
    return data
  }

  /// Gives all files their names, `dataset.json` last.
  func finish(_ summary: DatasetSummary, sources: [SourceRecord], in folder: String) throws {
    func path(_ name: String) -> String { (folder as NSString).appendingPathComponent(name) }
    description.sources = sources
    // New pixels must never stand next to an old description.
    unlink(path(PreparedDescription.fileName))
    try file.finish()
    try AtomicFile.write(storedLabels, to: path(description.labelsFile))
    try AtomicFile.write(
      order.map(\.littleEndian).withUnsafeBytes { Data($0) },
      to: path(PreparedDescription.orderFile))
    try summary.write(into: folder)
    try description.write(into: folder)
  }
}
