import RandomStreams

/// The three parts of a data set.
public enum DatasetSplit: String, CaseIterable, Codable, Hashable, Sendable {
  /// What weights are fitted to.
  case training
  /// What a search compares students on.
  case validation
  /// What is looked at once, at the end.
  case test
}

/// Which images of a source go to which split, each list ascending.
struct SplitAssignment: Equatable {
  let training: [Int]
  let validation: [Int]
  /// Indices into the training files; nil where the source has test files of its own.
  let test: [Int]?

  /// Shuffles the images by the definition's seed and deals them out: test (if there are no test
  /// files), validation, and the rest to training.
  ///
  /// - Throws: `DatasetError.invalidField` if the counts leave nothing to train on.
  init(imageCount: Int, definition: DatasetDefinition) throws {
    let testCount = definition.testCount ?? 0
    let validationCount =
      definition.validationCount
      ?? max(1, min(Self.defaultValidationCount, (imageCount - testCount) / 11))
    // Subtracting avoids the overflow that absurd counts would give.
    guard testCount < imageCount, validationCount < imageCount - testCount else {
      let (field, found) =
        testCount < imageCount
        ? ("validation_count", validationCount) : ("test_count", testCount)
      throw DatasetError.invalidField(
        field: "data.\(field)", found: "\(found)",
        expected: "fewer, so that some of the \(imageCount) training images remain to train on")
    }
    var order = Array(0..<imageCount)
    var stream = RandomStream(seed: definition.splitSeed, purpose: "split")
    order.shuffleInPlace(&stream)
    let setAside = testCount + validationCount
    test = definition.testCount == nil ? nil : order[..<testCount].sorted()
    validation = order[testCount..<setAside].sorted()
    training = order[setAside...].sorted()
  }

  private static let defaultValidationCount = 5000
}

extension [Int] {
  /// Brings the elements into random order (Fisher and Yates), the same for the same stream on
  /// every version of Swift, which the standard library's shuffle does not promise.
  mutating func shuffleInPlace(_ stream: inout RandomStream) {
    withUnsafeMutableBufferPointer { elements in
      for last in stride(from: elements.count - 1, to: 0, by: -1) {
        elements.swapAt(last, stream.integer(below: last + 1))
      }
    }
  }
}
