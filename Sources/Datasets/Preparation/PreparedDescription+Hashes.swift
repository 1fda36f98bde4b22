import FileFormats
import Foundation

extension PreparedDescription {
  /// What the hash of the contents begins with: sizes and split.
  var contentHeader: String {
    "data set 1\n\(pixelType.rawValue) \(height) \(width) \(channels) \(classes) "
      + "\(trainingCount) \(validationCount) \(testCount)\n"
  }

  /// What the hash of a split alone begins with.
  func splitHeader(_ split: DatasetSplit) -> String {
    "split 1\n\(pixelType.rawValue) \(height) \(width) \(channels) \(count(split)) \(labelBytes)\n"
  }

  /// Returns a split's part of all labels as they are stored.
  func labels(of split: DatasetSplit, in labels: Data) -> Data {
    let range = range(split)
    return labels[
      labels.startIndex + range.lowerBound * labelBytes..<labels.startIndex + range.upperBound
        * labelBytes]
  }

  /// Returns the SHA-256 of the sizes, the split, the pixels and the labels; where they came from
  /// and the statistics that follow from them do not count.
  func hashOfContent(images: some ContiguousBytes, labels: some ContiguousBytes) -> String {
    var hash = ContentHash()
    hash.update(contentHeader)
    images.withUnsafeBytes { hash.update($0) }
    labels.withUnsafeBytes { hash.update($0) }
    return hash.hexadecimal
  }

  /// The SHA-256 of everything in the description but itself and the sources; nil for numbers that JSON does not have.
  var hashOfDescription: String? {
    var bare = self
    (bare.descriptionHash, bare.sources) = (nil, [])
    return (try? bare.encoded()).map(ContentHash.hexadecimal(of:))
  }

  /// The description with its own hash.
  var sealed: PreparedDescription {
    var sealed = self
    sealed.descriptionHash = hashOfDescription
    return sealed
  }

  /// Completes the hashes of the splits that results are judged on, where they are not known.
  mutating func addSplitHashes(images: some ContiguousBytes, labels: some ContiguousBytes) {
    if validationHash == nil {
      validationHash = hash(of: .validation, images: images, labels: labels)
    }
    if testHash == nil { testHash = hash(of: .test, images: images, labels: labels) }
  }

  private func hash(
    of split: DatasetSplit, images: some ContiguousBytes, labels: some ContiguousBytes
  ) -> String {
    let range = range(split)
    var hash = ContentHash()
    hash.update(splitHeader(split))
    func update(_ bytes: UnsafeRawBufferPointer, each size: Int) {
      hash.update(
        UnsafeRawBufferPointer(rebasing: bytes[range.lowerBound * size..<range.upperBound * size]))
    }
    images.withUnsafeBytes { update($0, each: imageBytes) }
    labels.withUnsafeBytes { update($0, each: labelBytes) }
    return hash.hexadecimal
  }
}
