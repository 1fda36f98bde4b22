/// How many images each class has.
enum ClassCounts {
  /// Checks that there is something to learn of every class.
  ///
  /// - Parameters:
  ///   - labels: The classes of the training images.
  ///   - classes: How many classes there are.
  /// - Throws: `DatasetError.invalidField` naming the classes without an image.
  static func check(training labels: some Sequence<Int>, classes: Int) throws {
    var counts = [Int](repeating: 0, count: classes)
    for label in labels { counts[label] += 1 }
    let missing = counts.indices.filter { counts[$0] == 0 }
    guard !missing.isEmpty else { return }
    let named = missing.prefix(8).map(String.init).joined(separator: ", ")
    throw DatasetError.invalidField(
      field: "data",
      found: "no training image of class \(named)\(missing.count > 8 ? ", …" : "") "
        + "(\(missing.count) of \(classes) classes)",
      expected:
        "at least one of each; classes are numbered from 0, and without \"classes\" the largest "
        + "label says how many there are")
  }
}
