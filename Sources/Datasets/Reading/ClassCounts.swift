/// How many images each class has.
enum ClassCounts {
  /// Returns the number of images of each class.
  static func counts(_ labels: some Sequence<Int>, classes: Int) -> [Int] {
    var counts = [Int](repeating: 0, count: classes)
    for label in labels where label >= 0 { counts[label] += 1 }
    return counts
  }

  /// Checks that there is something to learn of every class.
  ///
  /// - Parameters:
  ///   - labels: The classes of the training images, −1 where they are not known.
  ///   - isDivided: Whether others have been set aside already.
  /// - Throws: `DatasetError.invalidField` naming the classes without an image.
  static func check(
    training labels: some Sequence<Int>, classes: Int, isDivided: Bool
  ) throws {
    let counts = counts(labels, classes: classes)
    let missing = counts.indices.filter { counts[$0] == 0 }
    guard !missing.isEmpty else { return }
    let named = missing.prefix(8).map(String.init).joined(separator: ", ")
    throw DatasetError.invalidField(
      field: "data",
      found: "no training image of class \(named)\(missing.count > 8 ? ", …" : "") "
        + "(\(missing.count) of \(classes) classes)",
      expected: isDivided
        ? "at least one of each besides those that are set aside; fewer of these, or \"split\": "
          + "\"stratified\"" : "at least one of each; " + hint(on: counts, missing: missing))
  }

  private static func hint(on counts: [Int], missing: [Int]) -> String {
    let last = counts.count - 1
    if missing == [0] {
      return "classes are numbered from 0: if these are 1 to \(last), subtract 1"
    }
    if last == 255, counts[255] > 0, counts[254] == 0 {
      return
        "255 often marks images whose class is not known: write −1 for it; classes are numbered "
        + "from 0"
    }
    return
      "classes are numbered from 0 without gaps (a CSV file of labels may have names instead), and "
      + "without \"classes\" the largest label says how many there are"
  }
}
